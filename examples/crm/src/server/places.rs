//! [`Places`]: how many connections there may be at once.
//!
//! Each takes a file, and files are needed for the database and for Twilio as well. A WebSocket gives
//! its place back when it is open: whoever has one has shown a token.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limit::network;

/// How many there may be; who comes then waits.
const ALL: usize = 8192;

/// How many there may be of one network, behind which there may be many people.
const OF_ONE: usize = 1024;

/// The places that are taken. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    taken: Taken,
    of_one: usize,
}

type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

impl Places {
    /// For people and programs who come by themselves: no network may take too many.
    pub(super) fn for_networks() -> Self {
        Self::new(ALL, OF_ONE)
    }

    /// For a proxy, by which all may come.
    pub(super) fn for_proxy() -> Self {
        Self::new(ALL, ALL)
    }

    fn new(all: usize, of_one: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(all)),
            taken: Taken::default(),
            of_one,
        }
    }

    /// Waits until one is free.
    pub(super) async fn free(&self) -> Free {
        let permit = self.free.clone().acquire_owned().await;
        Free(permit.ok())
    }

    /// Gives a free one to `peer`, unless its network has too many.
    pub(super) fn take(&self, free: Free, peer: IpAddr) -> Option<Place> {
        let network = network(peer);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network).or_default();
        if *count >= self.of_one {
            return None;
        }
        *count += 1;
        Some(Place {
            network,
            taken: self.taken.clone(),
            _free: free,
        })
    }
}

/// A place that nobody has yet.
#[derive(Debug)]
pub(super) struct Free(#[expect(dead_code, reason = "it is held")] Option<OwnedSemaphorePermit>);

/// The place of one connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    network: IpAddr,
    taken: Taken,
    _free: Free,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn take(places: &Places, peer: &str) -> Option<Place> {
        let free = places.free().await;
        places.take(free, peer.parse().unwrap())
    }

    #[tokio::test]
    async fn one_network_leaves_places_to_others() {
        let places = Places::new(3, 2);
        let first = take(&places, "2001:db8::1").await.unwrap();
        let _second = take(&places, "2001:db8::2").await.unwrap();
        assert!(take(&places, "2001:db8::3").await.is_none());
        let other = take(&places, "192.0.2.1").await.unwrap();
        drop(first);
        let _third = take(&places, "2001:db8::3").await.unwrap();
        drop(other);
        let taken = places.taken.lock().unwrap();
        assert_eq!(taken.len(), 1, "who has gone is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_are_taken_the_next_one_waits() {
        let places = Places::new(1, 1);
        let first = take(&places, "192.0.2.1").await.unwrap();
        let second = "192.0.2.2";
        let waiting = timeout(Duration::from_secs(60), take(&places, second));
        assert!(waiting.await.is_err());
        drop(first);
        assert!(take(&places, second).await.is_some());
    }
}
