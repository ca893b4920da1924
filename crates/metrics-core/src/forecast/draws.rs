//! The random numbers of all trials of one project.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::{HORIZON_WEEKS, TRIALS};

/// Uniform numbers whose sum, less half their count, is near enough to a normal one: arithmetic alone, so that it is
/// the same on every machine.
const UNIFORMS: usize = 12;

/// What chance decides in one trial.
pub(super) struct Draw {
    /// Standard normal: by how much the mean of the weeks is mistaken.
    pub(super) mean: f64,
    /// Standard normal: by how much the dependence of neighbouring weeks is.
    pub(super) dependence: f64,
    /// Which surprise of the history each week repeats, as a fraction of 2³² of its length.
    surprises: [u32; HORIZON_WEEKS],
}

impl Draw {
    /// The place of the surprise of a week ahead (from 0) among so many.
    pub(super) fn surprise(&self, week: usize, among: usize) -> usize {
        ((u64::from(self.surprises[week]) * among as u64) >> 32) as usize
    }
}

/// The draws of a project: the same for the same seed and id, whatever else is forecast.
pub(super) fn draws(seed: u64, project_id: &str) -> Vec<Draw> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream(project_id));
    let one = |_| Draw {
        mean: normal(&mut random),
        dependence: normal(&mut random),
        surprises: std::array::from_fn(|_| random.next_u32()),
    };
    (0..TRIALS).map(one).collect()
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    let sum: u64 = (0..UNIFORMS).map(|_| u64::from(random.next_u32())).sum();
    sum as f64 / (1_u64 << 32) as f64 - UNIFORMS as f64 / 2.0
}

/// FNV-1a over the id: a fixed number per project on every machine and in every version.
fn stream(project_id: &str) -> u64 {
    project_id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
