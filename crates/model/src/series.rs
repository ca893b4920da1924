//! Totals and distributions as monitoring systems collect them: families of series, each with its labels.
//!
//! They are made anew of the data each time and not counted while things happen, so that neither a restart nor a second
//! server nor an event that comes late changes a total. See [`Family::raise`] for what is corrected later.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Instant;

/// Labels of a series, name and value, in the order of the family's names.
pub type Labels = Vec<(Cow<'static, str>, String)>;

/// What was told of families, by their names and the labels of their series.
pub type Told = BTreeMap<String, BTreeMap<Labels, Series>>;

/// At most this many series of a family are told one by one.
pub const MOST_SERIES: usize = 500;
/// What the labels of a family say of all series beyond [`MOST_SERIES`].
pub const OTHER: &str = "other";

/// Series that measure one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Name in the words of OpenTelemetry, `cto.deployment.lead_time`, or of those whose name it is.
    pub name: &'static str,
    /// What it measures, in one sentence without a full stop.
    pub help: &'static str,
    /// What its values count.
    pub unit: Unit,
    /// Upper bounds of the buckets of a distribution, ascending, each of which belongs to its bucket; none for others.
    pub bounds: &'static [f64],
    /// Whether it is of values as they are now, which are neither totals nor distributions: the sum of a series is its value.
    pub is_gauge: bool,
    /// Its series by their labels.
    pub series: BTreeMap<Labels, Series>,
}

/// What values of a family count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Things of a kind, `deployment` for example.
    Of(&'static str),
}

impl Unit {
    /// As UCUM writes it: `s`, `min`, `{deployment}`.
    pub fn ucum(self) -> String {
        match self {
            Self::Seconds => "s".to_owned(),
            Self::Minutes => "min".to_owned(),
            Self::Of(thing) => format!("{{{thing}}}"),
        }
    }

    /// The ending of names of Prometheus; `None` for things.
    fn ending(self) -> Option<&'static str> {
        match self {
            Self::Seconds => Some("_seconds"),
            Self::Minutes => Some("_minutes"),
            Self::Of(_) => None,
        }
    }
}

/// What is counted under some labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// When the first of it happened.
    pub first: Instant,
    /// How many there were.
    pub count: u64,
    /// Sum of their values, of a distribution.
    pub sum: f64,
    /// How many lie in each bucket, those above the last bound behind; empty for a total.
    pub buckets: Vec<u64>,
}

impl Family {
    /// A family of totals: things that happened.
    pub fn totals(name: &'static str, help: &'static str, unit: Unit) -> Self {
        Self::distributions(name, help, unit, &[])
    }

    /// A family of distributions of values over buckets.
    pub fn distributions(name: &'static str, help: &'static str, unit: Unit, bounds: &'static [f64]) -> Self {
        Self { name, help, unit, bounds, is_gauge: false, series: BTreeMap::new() }
    }

    /// A family of values as they are now.
    pub fn gauges(name: &'static str, help: &'static str, unit: Unit) -> Self {
        Self { is_gauge: true, ..Self::totals(name, help, unit) }
    }

    /// Whether it is of totals.
    pub fn is_of_totals(&self) -> bool {
        self.bounds.is_empty() && !self.is_gauge
    }

    /// The value of a gauge, which was made of so many things.
    pub fn set(&mut self, labels: Labels, at: Instant, value: f64, of: u64) {
        self.series.insert(labels, Series { first: at, count: of, sum: value, buckets: Vec::new() });
    }

    /// One more of them happened.
    pub fn count(&mut self, labels: Labels, at: Instant) {
        self.observe(labels, at, 0.0);
    }

    /// One more of them happened, with a value.
    pub fn observe(&mut self, labels: Labels, at: Instant, value: f64) {
        let buckets = if self.bounds.is_empty() { 0 } else { self.bounds.len() + 1 };
        let empty = || Series { first: at, count: 0, sum: 0.0, buckets: vec![0; buckets] };
        let series = self.series.entry(labels).or_insert_with(empty);
        series.first = series.first.min(at);
        series.count += 1;
        series.sum += value;
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(bucket) = series.buckets.get_mut(bucket) {
            *bucket += 1;
        }
    }

    /// Puts the series with the fewest things together as [`OTHER`] until no more than [`MOST_SERIES`] are left; how
    /// many are in it. Values of gauges cannot be put together, and are left out.
    pub fn bound(&mut self) -> usize {
        if self.series.len() <= MOST_SERIES {
            return 0;
        }
        let mut by_count: Vec<(u64, Labels)> =
            self.series.iter().map(|(labels, series)| (series.count, labels.clone())).collect();
        by_count.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
        let rest = by_count.split_off(MOST_SERIES - 1);
        for (_, labels) in &rest {
            let Some(series) = self.series.remove(labels).filter(|_| !self.is_gauge) else { continue };
            let other = labels.iter().map(|(name, _)| (name.clone(), OTHER.to_owned())).collect();
            match self.series.get_mut::<Labels>(&other) {
                Some(sum) => sum.add(&series),
                None => drop(self.series.insert(other, series)),
            }
        }
        rest.len()
    }

    /// Lowers nothing that was told before: a total that fell would count as one that began anew, and all of it as of
    /// today. What was withdrawn since stays counted; series that are gone stay as they were.
    pub fn raise(&mut self, told: &BTreeMap<Labels, Series>) {
        for (labels, before) in told {
            match self.series.get_mut(labels) {
                Some(series) => series.raise(before),
                None => drop(self.series.insert(labels.clone(), before.clone())),
            }
        }
    }

    /// The name as Prometheus and its translation of OpenTelemetry write it, without `_total`: `cto_lead_time_seconds`.
    pub fn prometheus_name(&self) -> String {
        let name = self.name.replace('.', "_");
        match self.unit.ending() {
            Some(ending) if !name.ends_with(ending) => name + ending,
            _ => name,
        }
    }
}

impl Series {
    fn add(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.count += other.count;
        self.sum += other.sum;
        self.buckets.iter_mut().zip(&other.buckets).for_each(|(one, other)| *one += other);
    }

    fn raise(&mut self, before: &Self) {
        self.first = self.first.min(before.first);
        self.sum = self.sum.max(before.sum);
        if self.buckets.len() == before.buckets.len() && !self.buckets.is_empty() {
            self.buckets.iter_mut().zip(&before.buckets).for_each(|(one, before)| *one = (*one).max(*before));
            self.count = self.buckets.iter().sum();
        } else {
            self.count = self.count.max(before.count);
        }
    }

    /// What came since an earlier state of the same series, of which it is not below in any part.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let less = |one: u64, before: u64| one.saturating_sub(before);
        let mut buckets = self.buckets.clone();
        buckets.iter_mut().zip(&before.buckets).for_each(|(one, before)| *one = less(*one, *before));
        Self {
            first: self.first,
            count: less(self.count, before.count),
            sum: (self.sum - before.sum).max(0.0),
            buckets,
        }
    }
}

/// Raises families to what was told of them, and takes them in as told; gives those that are told anew or otherwise. Gauges
/// may fall, and are not remembered.
pub fn keep(told: &mut Told, families: &mut [Family]) -> Told {
    let mut changed = Told::default();
    for family in families.iter_mut().filter(|family| !family.is_gauge) {
        let before = told.entry(family.name.to_owned()).or_default();
        family.raise(before);
        let others: BTreeMap<Labels, Series> = family
            .series
            .iter()
            .filter(|(labels, series)| before.get(*labels) != Some(*series))
            .map(|(labels, series)| (labels.clone(), series.clone()))
            .collect();
        if !others.is_empty() {
            before.extend(others.clone());
            changed.insert(family.name.to_owned(), others);
        }
    }
    changed
}

/// What came of some families since they were told; those of which nothing came are left out.
pub fn since(told: &Told, families: &[Family]) -> Vec<Family> {
    let mut families = families.to_vec();
    for family in &mut families {
        let Some(before) = told.get(family.name) else { continue };
        for (labels, series) in &mut family.series {
            if let Some(before) = before.get(labels) {
                *series = series.since(before);
            }
        }
        family.series.retain(|_, series| series.count > 0);
    }
    families.retain(|family| !family.series.is_empty());
    families
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: &[f64] = &[1.0, 5.0];

    fn of(service: &str) -> Labels {
        vec![("service".into(), service.to_owned())]
    }

    fn family(values: &[(usize, i64, f64)]) -> Family {
        let mut family = Family::distributions("cto.deployment.lead_time", "Lead time", Unit::Seconds, BOUNDS);
        for (service, at, value) in values {
            family.observe(of(&service.to_string()), Instant::from_seconds(*at), *value);
        }
        family
    }

    #[test]
    fn values_of_gauges_may_fall_are_told_each_time_and_are_never_put_together() {
        let gauge = |value: f64, series: usize| {
            let mut family = Family::gauges("vcs.change.time_to_merge", "Time to merge", Unit::Seconds);
            (0..series)
                .for_each(|of| family.set(super::tests::of(&of.to_string()), Instant::from_seconds(1), value, 3));
            family
        };
        let mut told = Told::default();
        assert!(keep(&mut told, &mut [gauge(5.0, 1)]).is_empty());
        let mut lower = [gauge(3.0, 1)];
        keep(&mut told, &mut lower);
        assert_eq!((lower[0].series.values().next().map(|series| series.sum), told.len()), (Some(3.0), 0));
        assert_eq!(since(&told, &lower), lower);
        let mut many = gauge(1.0, MOST_SERIES + 5);
        many.bound();
        assert_eq!(many.series.len(), MOST_SERIES - 1);
        assert!(many.series.values().all(|series| (series.sum - 1.0).abs() < f64::EPSILON));
        assert!(!many.is_of_totals());
    }

    #[test]
    fn a_value_on_a_bound_belongs_to_its_bucket() {
        let family = family(&[(1, 30, 1.0), (1, 20, 1.5), (1, 40, 7.0)]);
        let series = &family.series[&of("1")];
        assert_eq!(series.buckets, [1, 1, 1]);
        assert_eq!((series.count, series.sum, series.first), (3, 9.5, Instant::from_seconds(20)));
    }

    #[test]
    fn names_of_prometheus_have_their_unit_once() {
        let name = |name, unit| Family::totals(name, "", unit).prometheus_name();
        assert_eq!(name("cto.deployment.lead_time", Unit::Seconds), "cto_deployment_lead_time_seconds");
        assert_eq!(name("pull_request_time_to_merge_minutes", Unit::Minutes), "pull_request_time_to_merge_minutes");
        assert_eq!(name("deployment_frequency", Unit::Of("deployment")), "deployment_frequency");
    }

    #[test]
    fn what_goes_beyond_the_bound_is_told_together_and_the_largest_stay() {
        let mut family = Family::totals("cto.deployments", "Deployments", Unit::Of("deployment"));
        for service in 0..MOST_SERIES + 10 {
            for _ in 0..=service {
                family.count(of(&format!("{service:04}")), Instant::from_seconds(1));
            }
        }
        let all: u64 = family.series.values().map(|series| series.count).sum();
        assert_eq!(family.bound(), 11);
        assert_eq!(family.series.len(), MOST_SERIES);
        assert_eq!(family.series.values().map(|series| series.count).sum::<u64>(), all);
        assert_eq!(family.series[&of(OTHER)].count, (1..=11).sum::<u64>());
        assert!(family.series.contains_key(&of("0509")), "the largest is told by itself");
    }

    proptest! {
        #[test]
        fn nothing_that_was_told_falls_whatever_is_corrected(
            before in proptest::collection::vec((0..3_usize, 0..100_i64, 0.0..9.0_f64), 0..40),
            after in proptest::collection::vec((0..3_usize, 0..100_i64, 0.0..9.0_f64), 0..40),
        ) {
            let before = family(&before);
            let mut now = family(&after);
            now.raise(&before.series);
            for (labels, told) in &before.series {
                let series = &now.series[labels];
                prop_assert!(series.count >= told.count && series.sum >= told.sum && series.first <= told.first);
                prop_assert!(series.buckets.iter().zip(&told.buckets).all(|(one, told)| one >= told));
                prop_assert_eq!(series.buckets.iter().sum::<u64>(), series.count);
                let mut sum = series.since(told);
                sum.add(told);
                prop_assert_eq!((sum.count, &sum.buckets), (series.count, &series.buckets));
            }
            let mut again = now.clone();
            again.raise(&now.series);
            prop_assert_eq!(again, now);
        }

        #[test]
        fn what_came_between_several_tellings_adds_up_to_what_is_told_at_the_end(
            states in proptest::collection::vec(
                proptest::collection::vec((0..3_usize, 0..100_i64, 0.0..9.0_f64), 0..20), 1..5),
        ) {
            let (mut told, mut last_sent) = (Told::default(), Told::default());
            let mut sums: BTreeMap<Labels, u64> = BTreeMap::new();
            for state in &states {
                let mut families = [family(state)];
                let changed = keep(&mut told, &mut families);
                prop_assert!(!changed.is_empty() || since(&last_sent, &families).is_empty());
                for (labels, series) in since(&last_sent, &families).iter().flat_map(|family| &family.series) {
                    *sums.entry(labels.clone()).or_default() += series.count;
                }
                keep(&mut last_sent, &mut families);
                prop_assert!(keep(&mut told, &mut families).is_empty(), "told twice is told once");
            }
            let end = told.values().flatten().map(|(labels, series)| (labels.clone(), series.count)).collect();
            prop_assert_eq!(sums, end);
        }
    }
}
