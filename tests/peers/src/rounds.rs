//! Measuring in turns, so that whatever slows the machine down for a while hits everybody.

use std::time::{Duration, Instant};

use crate::{Contestant, Meter};

/// How often, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many rounds, in each of which everybody has one turn.
    pub rounds: usize,
    /// How long a turn takes, about. Short turns are seldom interrupted, so that the median is that
    /// of undisturbed ones even if the machine has other things to do.
    pub turn: Duration,
    /// How long everybody works before it counts.
    pub warm_up: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            rounds: 301,
            turn: Duration::from_millis(2),
            warm_up: Duration::from_millis(300),
        }
    }
}

/// What came out for one contestant, in nanoseconds for doing the work once.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The median of the rounds.
    pub median: f64,
    /// Half of what the middle half of the rounds spans.
    pub spread: f64,
    /// The fastest round: what it takes while nobody else uses the processor.
    pub fastest: f64,
}

/// Lets all contestants take turns; the figures are in their order.
pub fn measure(contestants: &mut [Contestant], plan: Plan) -> Vec<Figure> {
    let times: Vec<u64> = contestants
        .iter_mut()
        .map(|contestant| {
            let once = warm_up(contestant, plan.warm_up);
            (plan.turn.as_nanos() as f64 / once).ceil() as u64
        })
        .collect();
    let mut samples = vec![Vec::with_capacity(plan.rounds); contestants.len()];
    for _ in 0..plan.rounds {
        for ((contestant, &times), samples) in contestants.iter_mut().zip(&times).zip(&mut samples)
        {
            samples.push(once(contestant, times));
        }
    }
    samples.into_iter().map(figure).collect()
}

/// Works for a while, and tells how long doing it once takes.
fn warm_up(contestant: &mut Contestant, time: Duration) -> f64 {
    let start = Instant::now();
    let mut times = 1;
    loop {
        let once = once(contestant, times);
        if start.elapsed() >= time {
            return once.max(1.0);
        }
        if once * (times as f64) < 10_000_000.0 {
            times *= 2;
        }
    }
}

/// Works so many times, and tells how many nanoseconds doing it once takes.
pub fn once(contestant: &mut Contestant, times: u64) -> f64 {
    let mut clock = Clock::default();
    (contestant.work)(times, &mut clock);
    clock.0 as f64 / times as f64
}

#[derive(Default)]
struct Clock(u64);

impl Meter for Clock {
    fn measure(&mut self, work: &mut dyn FnMut()) {
        let start = Instant::now();
        work();
        self.report(start.elapsed().as_nanos() as u64);
    }

    fn report(&mut self, nanoseconds: u64) {
        self.0 += nanoseconds;
    }
}

fn figure(mut samples: Vec<f64>) -> Figure {
    samples.sort_by(f64::total_cmp);
    let at = |part: f64| samples[((samples.len() - 1) as f64 * part).round() as usize];
    Figure {
        median: at(0.5),
        spread: (at(0.75) - at(0.25)) / 2.0,
        fastest: at(0.0),
    }
}
