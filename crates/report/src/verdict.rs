//! Which word a measure gets in a month.
//!
//! A signal of one week is no verdict: of measures that do not change one in nine or ten months has one. What *holds* is
//! what is still there in the last week of the month, or what two weeks of it say.
//!
//! | case | word |
//! |---|---|
//! | `run_of_8` or `3_of_4_near_limit` is in force at the last week, or two or more weeks are beyond a limit on one side | better, worse, or signal where no direction is good |
//! | weeks beyond limits on both sides | unsettled |
//! | any other signal | one week outside |
//! | no signal | within normal variation |
//! | no limits | too few to say, and of what |

use std::ops::Range;

use chrono::NaiveDate;
use metrics_core::catalogue::Direction;
use metrics_core::control::{NoLimits, Signal, Verdict as Point};

use crate::content::{Verdict, VerdictKind};

/// Weeks beyond limits on one side that hold.
const HOLDING_WEEKS: usize = 2;

/// What a chart says of a month, and what that rests on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged<'a> {
    pub(crate) verdict: Verdict,
    /// Complete periods that begin in the month, in order.
    pub(crate) periods: Vec<&'a Point>,
    /// The one that the verdict is about: the last one beyond limits, else the last one that signals.
    pub(crate) about: Option<&'a Point>,
    /// How many of them signal.
    pub(crate) signalled: usize,
}

/// Of a chart of weeks: of those that begin in the month.
pub(crate) fn of_weeks<'a>(points: &'a [Point], month: &Range<NaiveDate>, good: Direction) -> Judged<'a> {
    judged(points, month, good, "weeks")
}

/// Of a chart of months, as money has it: the month itself signals or does not.
pub(crate) fn of_month<'a>(points: &'a [Point], month: &Range<NaiveDate>, good: Direction) -> Judged<'a> {
    judged(points, month, good, "months")
}

fn judged<'a>(points: &'a [Point], month: &Range<NaiveDate>, good: Direction, unit: &str) -> Judged<'a> {
    let periods: Vec<&Point> =
        points.iter().filter(|point| point.complete && month.contains(&point.first_day)).collect();
    let signalling = || periods.iter().copied().filter(|point| !point.signals.is_empty());
    let beyond = |above: bool| signalling().filter(move |point| is_beyond(point) && is_above(point) == above);
    let signalled = signalling().count();
    let about = signalling().rfind(|point| is_beyond(point)).or_else(|| signalling().next_back());
    let Some(last) = periods.last().copied() else {
        return Judged {
            verdict: said(VerdictKind::TooFew, &format!("no complete {unit}"), false),
            periods,
            about,
            signalled,
        };
    };
    let (above, below) = (beyond(true).count(), beyond(false).count());
    let standing = last.signals.iter().any(|signal| *signal != Signal::BeyondLimits);
    let of_one_period = unit == "months" && signalled > 0;
    let side = if above >= HOLDING_WEEKS || below >= HOLDING_WEEKS { above > below } else { is_above(last) };
    let holds = standing || above >= HOLDING_WEEKS || below >= HOLDING_WEEKS || of_one_period;
    let verdict = if above > 0 && below > 0 {
        said(VerdictKind::Unsettled, "unsettled", last.provisional)
    } else if holds {
        let (kind, word) = match (good, side) {
            (Direction::None, _) => (VerdictKind::Signal, "signal"),
            (Direction::Up, true) | (Direction::Down, false) => (VerdictKind::Better, "better"),
            (Direction::Up, false) | (Direction::Down, true) => (VerdictKind::Worse, "worse"),
        };
        said(kind, word, last.provisional)
    } else if signalled > 0 {
        said(VerdictKind::OneWeekOutside, "one week outside", last.provisional)
    } else {
        match last.no_limits {
            None => said(VerdictKind::Normal, "within normal variation", last.provisional),
            Some(NoLimits::TooRare) => said(VerdictKind::TooFew, "too few events to say", false),
            Some(NoLimits::NoVariation) => said(VerdictKind::Normal, "no variation", false),
            Some(_) => said(VerdictKind::TooFew, &format!("too few {unit} to say"), false),
        }
    };
    Judged { verdict, periods, about, signalled }
}

/// Without any chart.
pub(crate) fn without_chart(why: &str) -> Verdict {
    said(VerdictKind::TooFew, why, false)
}

pub(crate) fn is_beyond(point: &Point) -> bool {
    point.signals.contains(&Signal::BeyondLimits)
}

pub(crate) fn is_above(point: &Point) -> bool {
    point.center.is_some_and(|center| point.value > center)
}

fn said(kind: VerdictKind, word: &str, provisional: bool) -> Verdict {
    let text = if provisional { format!("{word} (provisional)") } else { word.to_owned() };
    Verdict { kind, text }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use metrics_core::control::{Point as Observation, xmr};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    use super::*;

    /// A series of weeks of which the first twenty are the baseline, and the rest as told.
    fn verdict(rest: &[f64], good: Direction) -> Verdict {
        let baseline = [10.0, 12.0, 9.0, 11.0, 8.0].repeat(4);
        let values: Vec<f64> = baseline.iter().chain(rest).copied().collect();
        let monday = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day");
        let points: Vec<Observation> = values
            .iter()
            .enumerate()
            .map(|(week, value)| Observation::count(monday + Days::new(7 * week as u64), *value, true))
            .collect();
        let month = monday + Days::new(140)..monday + Days::new(140 + 7 * rest.len() as u64);
        of_weeks(&xmr(&points, &[]).points, &month, good).verdict
    }

    #[test]
    fn a_month_is_judged_by_what_holds_in_its_weeks() {
        for (rest, kind) in [
            (&[10.0, 11.0, 9.0, 10.5][..], VerdictKind::Normal),
            (&[10.0, 40.0, 9.0, 10.5], VerdictKind::OneWeekOutside),
            (&[10.0, 9.0, 10.0, 40.0], VerdictKind::OneWeekOutside),
            (&[10.0, 40.0, 9.0, 40.0], VerdictKind::Better),
            (&[10.0, 40.0, 0.0, 10.0], VerdictKind::Unsettled),
            (&[15.0, 15.0, 10.5, 15.0], VerdictKind::Better),
            (&[5.0, 5.0, 9.5, 5.0], VerdictKind::Worse),
            (&[], VerdictKind::TooFew),
        ] {
            assert_eq!(verdict(rest, Direction::Up).kind, kind, "{rest:?}");
        }
    }

    #[test]
    fn the_good_side_is_that_of_the_measure() {
        let more = [10.0, 40.0, 9.0, 40.0];
        assert_eq!(verdict(&more, Direction::Up).text, "better");
        assert_eq!(verdict(&more, Direction::Down).text, "worse");
        assert_eq!(verdict(&more, Direction::None).text, "signal");
    }

    #[test]
    fn a_month_of_a_chart_of_months_is_judged_by_itself() {
        let first = |month: u32| NaiveDate::from_ymd_opt(2024, month, 1).expect("a day");
        let values = [10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 10.0, 40.0];
        let points: Vec<Observation> =
            (1..).zip(values).map(|(month, value)| Observation::measure(first(month), value, true)).collect();
        let chart = xmr(&points, &[]);
        let august = of_month(&chart.points, &(first(8)..first(9)), Direction::None);
        assert_eq!(august.verdict.text, "signal (provisional)");
        assert_eq!(of_month(&chart.points, &(first(7)..first(8)), Direction::None).verdict.kind, VerdictKind::Normal);
        assert_eq!(
            of_month(&chart.points, &(first(3)..first(4)), Direction::None).verdict.text,
            "too few months to say"
        );
        assert_eq!(of_month(&chart.points, &(first(9)..first(10)), Direction::None).verdict.text, "no complete months");
    }

    /// Knuth's way, which is exact and fast for small means.
    fn poisson(random: &mut ChaCha8Rng, mean: f64) -> f64 {
        let (limit, mut product, mut count) = ((-mean).exp(), 1.0, -1.0);
        while product > limit || count < 0.0 {
            product *= (f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0;
            count += 1.0;
        }
        count
    }

    fn months_of(random: &mut ChaCha8Rng, means: &[f64]) -> Vec<VerdictKind> {
        let monday = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day");
        let weeks: Vec<f64> = std::iter::repeat_n(10.0, 20).chain(means.iter().flat_map(|mean| [*mean; 4])).collect();
        let points: Vec<Observation> = weeks
            .iter()
            .enumerate()
            .map(|(week, mean)| Observation::count(monday + Days::new(7 * week as u64), poisson(random, *mean), true))
            .collect();
        let chart = xmr(&points, &[]);
        let month = |index: usize| monday + Days::new(7 * (20 + 4 * index as u64));
        (0..means.len())
            .map(|at| of_weeks(&chart.points, &(month(at)..month(at + 1)), Direction::Up).verdict.kind)
            .collect()
    }

    #[test]
    fn what_does_not_change_is_better_or_worse_in_at_most_four_of_a_hundred_months() {
        let mut random = ChaCha8Rng::seed_from_u64(20_261_007);
        let kinds: Vec<VerdictKind> = (0..10_000).flat_map(|_| months_of(&mut random, &[10.0])).collect();
        let false_words = kinds.iter().filter(|kind| matches!(kind, VerdictKind::Better | VerdictKind::Worse)).count();
        assert!(false_words <= 400, "{false_words} of {}", kinds.len());
        // A rule that never says anything would pass as well.
        assert!(false_words > 50, "{false_words} of {}", kinds.len());
    }

    #[test]
    fn a_doubling_is_said_within_two_months() {
        let mut random = ChaCha8Rng::seed_from_u64(20_261_008);
        let said = (0..2_000).filter(|_| months_of(&mut random, &[20.0, 20.0]).contains(&VerdictKind::Better)).count();
        assert!(said >= 1_980, "{said} of 2000");
    }
}
