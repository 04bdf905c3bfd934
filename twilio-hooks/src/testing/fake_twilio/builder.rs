//! [`FakeTwilioBuilder`]: which port, and whose time.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use hyper_util::{client::legacy, rt::TokioExecutor};
use tokio::net::TcpListener;

use super::{
    ACCOUNT_SID, AUTH_TOKEN, FakeTwilio, InstantClock, KEY_SECRET, KEY_SID, Shared,
    live::{self, Live},
    server, settings,
    state::State,
};

/// Settings of a [`FakeTwilio`]; [`FakeTwilio::builder`] makes them.
#[derive(Debug, Clone)]
#[must_use = "nothing is started before `start`"]
pub struct FakeTwilioBuilder {
    port: u16,
    speed: Option<f64>,
}

impl FakeTwilioBuilder {
    pub(super) const fn new() -> Self {
        Self {
            port: 0,
            speed: None,
        }
    }

    /// Listens on this port of 127.0.0.1; on a free one, if not set.
    pub const fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Lets the time go on by itself, as the clock does.
    ///
    /// Then status callbacks are sent by themselves, and calls are answered by people who do what
    /// [`set_call_fate`](FakeTwilio::set_call_fate) and
    /// [`Call::goes_on_by_itself`](crate::testing::call::Call::goes_on_by_itself) say. Whoever is
    /// simulated at this fake takes as much time as people do.
    pub const fn live(self) -> Self {
        self.with_speed(1.0)
    }

    /// The same, so many times as fast.
    pub const fn with_speed(mut self, speed: f64) -> Self {
        self.speed = Some(speed);
        self
    }

    /// Starts it, in the tokio runtime of the caller. It ends when it is dropped.
    ///
    /// # Errors
    /// If the port can't be had.
    pub async fn start(self) -> io::Result<FakeTwilio> {
        let api = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let store = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = api.local_addr()?;
        let clock = InstantClock::new();
        let client = settings(address, &clock)
            .build()
            .map_err(io::Error::other)?;
        let storage_url = format!("http://{}", store.local_addr()?);
        let live = self.speed.map(Live::new);
        let mut state = State::new(format!("http://{address}"), storage_url, ACCOUNT_SID);
        state.is_live = live.is_some();
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            http: legacy::Client::builder(TokioExecutor::new()).build_http(),
            live,
            secrets: [(ACCOUNT_SID, AUTH_TOKEN), (KEY_SID, KEY_SECRET)],
        });
        let (of_api, of_store) = (shared.clone(), shared.clone());
        let mut tasks = vec![
            tokio::spawn(server::serve(api, move |request| {
                server::api(of_api.clone(), request)
            })),
            tokio::spawn(server::serve(store, move |request| {
                server::store(of_store.clone(), request)
            })),
        ];
        if shared.live.is_some() {
            tasks.push(tokio::spawn(live::run(shared.clone())));
        }
        Ok(FakeTwilio {
            shared,
            address,
            client,
            clock,
            tasks,
        })
    }
}
