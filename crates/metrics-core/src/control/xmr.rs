//! The chart: one pass over the points of a series.

use model::rules::ProcessChange;

use super::signals::Limits;
use super::{
    BASELINE_POINTS, ChangeReason, Chart, LimitChange, MINIMUM_POINTS, NoLimits, Point, RARE_BELOW, SEGMENT_RUN,
    Verdict,
};

/// Charts a series: points in order of time, configured changes in any order.
///
/// A change before the first point or after the last has no effect; changes that fall on the same point open
/// one segment together. Incomplete points get the number of the segment that they will belong to, and nothing
/// else.
pub fn xmr(points: &[Point], changes: &[ProcessChange]) -> Chart {
    let mut builder = Builder::default();
    let mut due: Vec<&ProcessChange> = match points.first() {
        Some(first) => changes.iter().filter(|change| change.date > first.first_day).collect(),
        None => return Chart::default(),
    };
    due.sort_by(|a, b| (a.date, &a.note).cmp(&(b.date, &b.note)));
    let mut due = due.into_iter().peekable();
    for point in points {
        let mut notes = Vec::new();
        while let Some(change) = due.next_if(|change| change.date <= point.first_day) {
            notes.push(change.note.as_str());
        }
        if !notes.is_empty() {
            builder.open_for_change(point, &notes.join("; "));
        }
        builder.push(point);
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    chart: Chart,
    /// Values of the complete points of the present segment, the events that they count, and where they are in the
    /// chart.
    values: Vec<f64>,
    events: Vec<Option<f64>>,
    rows: Vec<usize>,
    /// Centre of each closed segment and of the present one as last known.
    centers: Vec<Option<f64>>,
}

impl Builder {
    fn segment(&self) -> usize {
        self.centers.len() + 1
    }

    fn push(&mut self, point: &Point) {
        let mut verdict = Verdict {
            first_day: point.first_day,
            value: point.value,
            complete: point.complete,
            segment: self.segment(),
            center: None,
            ucl: None,
            lcl: None,
            no_limits: Some(NoLimits::Incomplete),
            provisional: false,
            signals: Vec::new(),
        };
        if point.complete {
            self.values.push(point.value);
            self.events.push(point.events);
            self.rows.push(self.chart.points.len());
            judge(&self.values, &self.events, &mut verdict);
        }
        self.chart.points.push(verdict);
        if point.complete {
            self.open_for_run(point);
        }
    }

    fn open_for_change(&mut self, point: &Point, notes: &str) {
        self.close(self.values.len());
        self.chart.limit_changes.push(LimitChange {
            date: point.first_day,
            decided: point.first_day,
            segment: self.segment(),
            reason: ChangeReason::ProcessChange(notes.to_owned()),
            old_center: None,
            new_center: None,
        });
    }

    /// Opens a segment at the first point of a run that has just reached its length, and charts the run afresh.
    fn open_for_run(&mut self, point: &Point) {
        let Some(limits) = current_limits(&self.values) else { return };
        let is_quiet = is_rare(&self.events) && limits.side(point.value) < 0;
        if is_quiet || limits.run(&self.values) < SEGMENT_RUN {
            return;
        }
        let run_start = self.values.len() - SEGMENT_RUN;
        let first_row = self.rows[run_start];
        self.close(run_start);
        self.chart.limit_changes.push(LimitChange {
            date: self.chart.points[first_row].first_day,
            decided: point.first_day,
            segment: self.segment(),
            reason: ChangeReason::Run,
            old_center: None,
            new_center: None,
        });
        let segment = self.segment();
        for verdict in &mut self.chart.points[first_row..] {
            verdict.segment = segment;
        }
        for (index, row) in self.rows.iter().enumerate() {
            judge(&self.values[..=index], &self.events[..=index], &mut self.chart.points[*row]);
        }
    }

    /// Ends the present segment before its complete point `end`; later points stay for the next one.
    fn close(&mut self, end: usize) {
        self.centers.push(current_limits(&self.values[..end]).map(|limits| limits.center));
        self.values.drain(..end);
        self.events.drain(..end);
        self.rows.drain(..end);
    }

    fn finish(mut self) -> Chart {
        self.centers.push(current_limits(&self.values).map(|limits| limits.center));
        for (change, centers) in self.chart.limit_changes.iter_mut().zip(self.centers.windows(2)) {
            change.old_center = centers[0];
            change.new_center = centers[1];
        }
        self.chart
    }
}

/// Limits that the points of a segment so far give; `None` below [`MINIMUM_POINTS`].
fn current_limits(values: &[f64]) -> Option<Limits> {
    (values.len() >= MINIMUM_POINTS).then(|| Limits::of(&values[..values.len().min(BASELINE_POINTS)]))
}

/// Whether the baseline counts too few events for limits.
fn is_rare(events: &[Option<f64>]) -> bool {
    let baseline = &events[..events.len().min(BASELINE_POINTS)];
    let counted: Option<f64> = baseline.iter().copied().sum();
    counted.is_some_and(|counted| counted < RARE_BELOW * baseline.len() as f64)
}

/// What cannot be negative has no limit below 0; a series that was below 0 can, and keeps its limit.
fn shown_lower_limit(limit: f64, values: &[f64]) -> f64 {
    if values.iter().any(|value| *value < 0.0) { limit } else { limit.max(0.0) }
}

/// Judges the last of the points of a segment by what was known with it.
fn judge(values: &[f64], events: &[Option<f64>], verdict: &mut Verdict) {
    let limits = current_limits(values);
    let is_rare = is_rare(events);
    let reach = limits.and_then(Limits::reach).filter(|_| !is_rare);
    verdict.center = limits.map(|limits| limits.center);
    verdict.ucl = limits.zip(reach).map(|(limits, reach)| limits.center + reach);
    verdict.lcl = limits.zip(reach).map(|(limits, reach)| shown_lower_limit(limits.center - reach, values));
    verdict.no_limits = match (limits, reach) {
        (None, _) => Some(NoLimits::TooFewPoints { points: values.len() }),
        (Some(_), _) if is_rare => Some(NoLimits::TooRare),
        (Some(_), None) => Some(NoLimits::NoVariation),
        (Some(_), Some(_)) => None,
    };
    verdict.provisional = limits.is_some() && values.len() < BASELINE_POINTS;
    verdict.signals = limits.filter(|_| !is_rare).map(|limits| limits.signals(values)).unwrap_or_default();
}
