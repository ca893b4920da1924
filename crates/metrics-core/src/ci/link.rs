//! How strongly two series go together, and how well that is known.
//!
//! Pearson's coefficient with the interval of Fisher's z, standard error 1/√(n − 3); Spearman's over mean ranks, with
//! √((1 + r²/2)/(n − 3)) after Bonett and Wright (2000). Both at 95 %. A line of least squares has the interval of its
//! mean, by Student's t.

/// Pairs below which nothing is said.
pub(super) const FEWEST_PAIRS: usize = 6;
/// Pairs below which a link is not spoken of.
pub(super) const ENOUGH_PAIRS: usize = 12;
/// 97.5 % of the standard normal distribution lie below it.
const Z: f64 = 1.959_963_984_540_054;

/// A coefficient with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coefficient {
    pub(super) r: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Coefficient {
    fn of(r: f64, error: f64) -> Self {
        let z = r.atanh();
        Self { r, low: (z - Z * error).tanh(), high: (z + Z * error).tanh() }
    }

    /// Whether the interval leaves no link out.
    pub(super) fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The link of pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Link {
    /// Pairs.
    pub(super) n: usize,
    /// `None` below [`FEWEST_PAIRS`], and where one of the series does not vary.
    pub(super) pearson: Option<Coefficient>,
    /// The same.
    pub(super) spearman: Option<Coefficient>,
}

impl Link {
    pub(super) fn of(pairs: &[(f64, f64)]) -> Self {
        let n = pairs.len();
        if n < FEWEST_PAIRS {
            return Self { n, ..Self::default() };
        }
        let freedom = (n - 3) as f64;
        let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let pearson = correlation(&first, &second).map(|r| Coefficient::of(r, freedom.sqrt().recip()));
        let of_ranks = correlation(&ranks(&first), &ranks(&second));
        let spearman = of_ranks.map(|r| Coefficient::of(r, ((1.0 + r * r / 2.0) / freedom).sqrt()));
        Self { n, pearson, spearman }
    }
}

/// A line of least squares through pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    n: f64,
    mean: (f64, f64),
    slope: f64,
    /// Sum of the squares of the first series about its mean.
    squares: f64,
    /// What the interval is as wide as, in standard errors of a pair.
    half: f64,
}

/// What a line says somewhere, with the interval of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OnLine {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Line {
    /// `None` below three pairs, and where the first series does not vary.
    pub(super) fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let n = pairs.len() as f64;
        let sum = |value: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>();
        let mean = (sum(&|pair| pair.0) / n, sum(&|pair| pair.1) / n);
        let squares = sum(&|pair| (pair.0 - mean.0).powi(2));
        if pairs.len() < 3 || squares <= 0.0 {
            return None;
        }
        let slope = sum(&|pair| (pair.0 - mean.0) * (pair.1 - mean.1)) / squares;
        let rest = sum(&|pair| (pair.1 - mean.1 - slope * (pair.0 - mean.0)).powi(2));
        let half = student(n - 2.0) * (rest / (n - 2.0)).sqrt();
        Some(Self { n, mean, slope, squares, half })
    }

    pub(super) fn at(&self, first: f64) -> OnLine {
        let away = first - self.mean.0;
        let value = self.mean.1 + self.slope * away;
        let half = self.half * (self.n.recip() + away * away / self.squares).sqrt();
        OnLine { value, low: value - half, high: value + half }
    }
}

/// 97.5 % of Student's t with so many degrees of freedom lie below it, to four digits from 8 on: Cornish and Fisher's
/// expansion.
fn student(freedom: f64) -> f64 {
    let odd = |of: [f64; 5]| of.iter().rev().fold(0.0, |sum, factor| (sum * Z * Z) + factor) * Z;
    let terms = [
        odd([1.0, 1.0, 0.0, 0.0, 0.0]) / 4.0,
        odd([3.0, 16.0, 5.0, 0.0, 0.0]) / 96.0,
        odd([-15.0, 17.0, 19.0, 3.0, 0.0]) / 384.0,
        odd([-945.0, -1_920.0, 1_482.0, 776.0, 79.0]) / 92_160.0,
    ];
    Z + terms.iter().rev().fold(0.0, |sum, term| (sum + term) / freedom)
}

/// Pearson's coefficient; `None` where one of the series does not vary.
fn correlation(first: &[f64], second: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (one, other) = (mean(first), mean(second));
    let sum = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
        first.iter().zip(second).map(|(first, second)| value(first - one, second - other)).sum()
    };
    let varies = |values: &[f64]| values.iter().any(|value| value.total_cmp(&values[0]).is_ne());
    let (both, of_first, of_second) = (sum(&|x, y| x * y), sum(&|x, _| x * x), sum(&|_, y| y * y));
    let is_told = varies(first) && varies(second) && of_first > 0.0 && of_second > 0.0;
    is_told.then(|| (both / (of_first * of_second).sqrt()).clamp(-1.0, 1.0))
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|one, other| values[*one].total_cmp(&values[*other]).is_eq()) {
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        for place in equal {
            ranks[*place] = rank;
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: [f64; 12] =
        [1459.20, 1370.40, 1281.60, 1302.10, 1411.75, 1388.00, 1350.25, 1499.90, 1275.00, 1260.40, 1333.30, 1290.80];
    const DEPLOYMENTS: [f64; 12] = [310.0, 344.0, 402.0, 391.0, 355.0, 362.0, 380.0, 318.0, 401.0, 415.0, 377.0, 398.0];

    fn is(coefficient: Option<Coefficient>, right: [f64; 3]) {
        let Coefficient { r, low, high } = coefficient.expect("told");
        for (told, right) in [r, low, high].into_iter().zip(right) {
            assert!((told - right).abs() < 5e-7, "{told} is not {right}");
        }
    }

    /// Example E of the definitions.
    #[test]
    fn costs_and_deployments_of_a_year() {
        let pairs = |lag: usize| COST.into_iter().zip(DEPLOYMENTS.into_iter().skip(lag)).collect::<Vec<_>>();
        let now = Link::of(&pairs(0));
        assert_eq!(now.n, 12);
        is(now.pearson, [-0.962_096, -0.989_595, -0.866_793]);
        is(now.spearman, [-0.958_042, -0.991_196, -0.811_837]);
        let later = Link::of(&pairs(1));
        assert_eq!(later.n, 11);
        is(later.pearson, [-0.149_399, -0.687_647, 0.494_822]);
        is(later.spearman, [-0.154_545, -0.692_566, 0.493_959]);
        assert!(
            now.pearson.is_some_and(|it| it.excludes_zero()) && !later.pearson.is_some_and(|it| it.excludes_zero())
        );
    }

    #[test]
    fn too_few_pairs_and_series_that_do_not_vary_say_nothing() {
        let pairs: Vec<(f64, f64)> = COST.into_iter().zip(DEPLOYMENTS).collect();
        assert_eq!(Link::of(&pairs[..5]), Link { n: 5, pearson: None, spearman: None });
        assert!(Link::of(&pairs[..6]).pearson.is_some());
        let still: Vec<(f64, f64)> = COST.into_iter().map(|cost| (cost, 0.1)).collect();
        assert_eq!(Link::of(&still), Link { n: 12, pearson: None, spearman: None });
    }

    #[test]
    fn students_t_is_that_of_the_tables() {
        for (freedom, right) in [(8.0, 2.306_004), (9.0, 2.262_157), (20.0, 2.085_963), (100.0, 1.983_972)] {
            assert!((student(freedom) - right).abs() < 1e-4, "{freedom}: {}", student(freedom));
        }
    }

    /// Anscombe (1973), the first of four: 3.0001 + 0.5001 x, with the standard errors 1.1247 of the intercept and 1.237 of
    /// a pair.
    #[test]
    fn a_line_has_the_interval_of_its_mean() {
        let first = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let second = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let pairs: Vec<(f64, f64)> = first.into_iter().zip(second).collect();
        let line = Line::of(&pairs).expect("it varies");
        for (x, value, half) in [(0.0, 3.000_1, 2.544_2), (9.0, 7.500_9, 0.843_5)] {
            let OnLine { value: told, low, high } = line.at(x);
            assert!((told - value).abs() < 1e-4, "{told}");
            assert!((high - told - half).abs() < 3e-4 && (told - low - half).abs() < 3e-4, "{low} to {high}");
        }
        assert_eq!(Line::of(&pairs[..2]), None);
        assert_eq!(Line::of(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]), None, "one cost");
    }

    #[test]
    fn equal_values_share_the_mean_of_their_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    }

    /// Series that have nothing to do with each other: how often an interval says that they have.
    #[test]
    fn of_series_without_a_link_few_intervals_leave_zero_out() {
        let mut state = 7_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let uniform = |bits: u64| ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
            let first = uniform(state);
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (-2.0 * first.ln()).sqrt() * (std::f64::consts::TAU * uniform(state)).cos()
        };
        let (mut pearson, mut spearman) = (0, 0);
        for _ in 0..4_000 {
            let pairs: Vec<(f64, f64)> = (0..12).map(|_| (random(), random())).collect();
            let link = Link::of(&pairs);
            pearson += usize::from(link.pearson.is_some_and(|it| it.excludes_zero()));
            spearman += usize::from(link.spearman.is_some_and(|it| it.excludes_zero()));
        }
        assert!(pearson <= 4_000 / 18 && spearman <= 4_000 / 18, "{pearson} and {spearman} of 4000");
    }
}
