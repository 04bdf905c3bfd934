//! [`Load`]: many scenarios, several at a time.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{Answer, Client, Random, Repeat, Scenario, Step, Summary, pace::Pace, plan};

/// How many scenarios are sent, and how.
#[derive(Debug, Clone)]
pub struct Load {
    /// How many scenarios there are.
    pub count: u64,
    /// How many of them go on at the same time.
    pub concurrency: usize,
    /// With what chance in 100 a request is sent again.
    pub duplicates: u8,
    /// Whether the requests of a scenario come in any order.
    pub shuffle: bool,
    /// The time between two requests of one scenario.
    pub delay: Duration,
    /// At most how many requests a second there are altogether.
    pub rate: Option<f64>,
    /// Where all chance starts.
    pub seed: u64,
}

/// One scenario, one after the other, each request once.
impl Default for Load {
    fn default() -> Self {
        Self {
            count: 1,
            concurrency: 1,
            duplicates: 0,
            shuffle: false,
            delay: Duration::ZERO,
            rate: None,
            seed: 0,
        }
    }
}

/// What happens while a load is sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request has ended.
    Answered {
        /// The request.
        step: &'a Step,
        /// What became of it.
        answer: &'a Answer,
    },
    /// A scenario has ended.
    Finished,
}

/// Ends a load early: scenarios that go on are sent to their end, no new one begins.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Lets no new scenario begin.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Load {
    /// Sends everything and sums it up.
    ///
    /// `make` makes scenario number so-and-so from a source of chance of its own, so that the same
    /// seed gives the same requests whatever the concurrency. `watch` is told each event, from
    /// several tasks at once.
    ///
    /// # Errors
    /// The first error of `watch`, which ends the run. Requests that fail are no errors here; they
    /// are in the summary.
    pub async fn run(
        &self,
        client: &Client,
        stop: &Stop,
        make: impl Fn(Random) -> Scenario + Send + Sync + 'static,
        watch: impl Fn(Event<'_>) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Summary> {
        let started = Instant::now();
        let worker = Arc::new(Worker {
            load: self.clone(),
            client: client.clone(),
            stop: stop.clone(),
            pace: self.rate.map(Pace::new),
            next: AtomicU64::new(0),
            make,
            watch,
        });
        let mut workers: JoinSet<_> = (0..self.concurrency.max(1))
            .map(|_| Arc::clone(&worker).work())
            .collect();
        let mut summary = Summary::default();
        while let Some(worked) = workers.join_next().await {
            summary.merge(worked.map_err(io::Error::other)??);
        }
        summary.elapsed = started.elapsed();
        Ok(summary)
    }
}

/// What the tasks of one run share.
struct Worker<M, W> {
    load: Load,
    client: Client,
    stop: Stop,
    pace: Option<Pace>,
    next: AtomicU64,
    make: M,
    watch: W,
}

impl<M, W> Worker<M, W>
where
    M: Fn(Random) -> Scenario + Send + Sync,
    W: Fn(Event<'_>) -> io::Result<()> + Send + Sync,
{
    /// Takes one scenario after the other until none is left.
    async fn work(self: Arc<Self>) -> io::Result<Summary> {
        let mut summary = Summary::default();
        while !self.stop.is_stopped() {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.load.count {
                break;
            }
            self.play(index, &mut summary).await?;
            summary.scenarios += 1;
            (self.watch)(Event::Finished)?;
        }
        Ok(summary)
    }

    async fn play(&self, index: u64, summary: &mut Summary) -> io::Result<()> {
        let Load {
            duplicates,
            shuffle,
            delay,
            seed,
            ..
        } = self.load;
        let mut random = Random::stream(seed, index);
        // A stream of its own, so that repeating requests does not change what is in them.
        let scenario = (self.make)(Random::new(random.number()));
        let deliveries = plan(scenario, duplicates, shuffle, &mut random);
        for (place, delivery) in deliveries.iter().enumerate() {
            if place > 0 && !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            let step = &delivery.step;
            let answers = match delivery.repeat {
                Repeat::Never => vec![self.send(step).await?],
                Repeat::Meanwhile => {
                    let (first, second) = tokio::try_join!(self.send(step), self.send(step))?;
                    vec![first, second]
                }
                Repeat::Afterwards => vec![self.send(step).await?, self.send(step).await?],
            };
            summary.repeated += answers.len() as u64 - 1;
            for answer in &answers {
                summary.add(answer);
            }
        }
        Ok(())
    }

    async fn send(&self, step: &Step) -> io::Result<Answer> {
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
        let answer = self.client.send(step).await;
        let answered = Event::Answered {
            step,
            answer: &answer,
        };
        (self.watch)(answered)?;
        Ok(answer)
    }
}
