//! The random days of all trials of one project.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::{HISTORY_DAYS, HORIZON_WEEKS, TRIALS};

/// Drawn days, as positions in the history, for every week ahead and every trial.
pub(super) struct DayPaths {
    /// Week by week, then trial by trial.
    days: Vec<[u8; 7]>,
}

impl DayPaths {
    /// The draws of a project: the same for the same seed and id, whatever else is forecast.
    pub(super) fn draw(seed: u64, project_id: &str) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream(project_id));
        // 84 does not divide 2^32: the bias of the multiplication is below one in 50 million.
        let mut day = || ((u64::from(random.next_u32()) * HISTORY_DAYS as u64) >> 32) as u8;
        let days = (0..HORIZON_WEEKS * TRIALS).map(|_| std::array::from_fn(|_| day())).collect();
        Self { days }
    }

    /// The drawn days of one week ahead (from 0), one entry per trial.
    pub(super) fn week(&self, week: usize) -> &[[u8; 7]] {
        &self.days[week * TRIALS..(week + 1) * TRIALS]
    }
}

/// FNV-1a over the id: a fixed number per project on every machine and in every version.
fn stream(project_id: &str) -> u64 {
    project_id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
