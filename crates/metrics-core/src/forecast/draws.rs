//! The random numbers of all trials of one project.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::{HISTORY_WEEKS, HORIZON_WEEKS, TRIALS};

/// Uniform numbers whose sum, less half their count, is near enough to a normal one: arithmetic alone, so that it is
/// the same on every machine.
const UNIFORMS: usize = 12;

/// Trials that are worked on side by side, in the registers of vectors.
pub(super) const LANES: usize = 8;
const _: () = assert!(TRIALS.is_multiple_of(LANES), "no trial is left over");

/// What chance decides in some trials: a lane each.
pub(super) struct Draws {
    /// Standard normal: by how much the mean of the weeks is mistaken.
    pub(super) mean: [f64; LANES],
    /// Standard normal: by how much the dependence of neighbouring weeks is.
    pub(super) dependence: [f64; LANES],
    /// Which surprise of the history each week repeats, as a fraction of 2³² of its length.
    surprises: [[u32; LANES]; HORIZON_WEEKS],
}

/// Room for what each week of a history was beyond what was expected: a power of two, so that no place needs a check.
pub(super) const MOST_SURPRISES: usize = 64;
const _: () = assert!(HISTORY_WEEKS <= MOST_SURPRISES, "all weeks of a history have room");

/// Surprises of a history, of which there is one at least; the others are 0.
pub(super) type Surprises = [f64; MOST_SURPRISES];

/// Which surprises some trials repeat, week by week, of histories of one length.
pub(super) struct Places([[u8; LANES]; HORIZON_WEEKS]);

impl Places {
    /// Among so many surprises.
    pub(super) fn among(draws: &Draws, count: usize) -> Self {
        let place = |part: u32| ((u64::from(part) * count as u64) >> 32) as u8;
        Self(draws.surprises.map(|of_week| of_week.map(place)))
    }

    /// The surprises of a week ahead, from 0.
    pub(super) fn surprises(&self, week: usize, among: &Surprises) -> [f64; LANES] {
        self.0[week].map(|place| among[usize::from(place) % MOST_SURPRISES])
    }
}

/// The draws of a project, of all trials in their order: the same for the same seed and id, whatever else is forecast.
pub(super) fn draws(seed: u64, project_id: &str) -> Vec<Draws> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream(project_id));
    let mut of_lanes = |_| {
        let mut draws = Draws { mean: [0.0; LANES], dependence: [0.0; LANES], surprises: [[0; LANES]; HORIZON_WEEKS] };
        for lane in 0..LANES {
            draws.mean[lane] = normal(&mut random);
            draws.dependence[lane] = normal(&mut random);
            draws.surprises.iter_mut().for_each(|of_week| of_week[lane] = random.next_u32());
        }
        draws
    };
    (0..TRIALS / LANES).map(&mut of_lanes).collect()
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    let sum: u64 = (0..UNIFORMS).map(|_| u64::from(random.next_u32())).sum();
    sum as f64 / (1_u64 << 32) as f64 - UNIFORMS as f64 / 2.0
}

/// FNV-1a over the id: a fixed number per project on every machine and in every version.
fn stream(project_id: &str) -> u64 {
    project_id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
