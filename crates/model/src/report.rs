//! Rules of the monthly report: targets, and what systems are measured by.

use std::collections::BTreeMap;
use std::fmt;

/// What the configuration says of reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportRules {
    /// Names of the measures by which systems are coloured; empty for those that are usual, see [`SCORED`].
    pub scored: Vec<String>,
    /// Targets by the name of the measure.
    pub targets: BTreeMap<String, Target>,
}

/// Measures that a target can be set for, and that systems can be coloured by.
pub const MEASURES: [&str; 8] = [
    "change_lead_time",
    "change_failure_rate",
    "recovery_time",
    "rework_rate",
    "deployments",
    "ci_success_rate",
    "ci_duration_p95",
    "throughput",
];

/// Measures by which systems are coloured where none are configured.
pub const SCORED: [&str; 4] = ["change_lead_time", "change_failure_rate", "recovery_time", "rework_rate"];

impl ReportRules {
    /// Names of the measures by which systems are coloured.
    pub fn scored(&self) -> Vec<&str> {
        if self.scored.is_empty() { SCORED.to_vec() } else { self.scored.iter().map(String::as_str).collect() }
    }
}

/// A target: at most or at least a number, in the unit of the measure's column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Which side is good.
    pub bound: Bound,
    /// The number.
    pub value: f64,
}

/// Which side of a target is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
}

impl Target {
    /// Reads `<= 0.05` or `>= 0.95`; `None` for text of another form.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (bound, rest) = match (text.strip_prefix("<="), text.strip_prefix(">=")) {
            (Some(rest), _) => (Bound::AtMost, rest),
            (_, Some(rest)) => (Bound::AtLeast, rest),
            _ => return None,
        };
        let value = rest.trim().parse().ok().filter(|value: &f64| value.is_finite())?;
        Some(Self { bound, value })
    }

    /// Whether a value meets it.
    pub fn is_met_by(self, value: f64) -> bool {
        match self.bound {
            Bound::AtMost => value <= self.value,
            Bound::AtLeast => value >= self.value,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.bound {
            Bound::AtMost => "<=",
            Bound::AtLeast => ">=",
        };
        write!(f, "{sign} {}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_bound_and_a_number() {
        for (text, written) in [("<= 0.05", "<= 0.05"), (">=0.95", ">= 0.95"), (" <=  7 ", "<= 7")] {
            assert_eq!(Target::parse(text).map(|target| target.to_string()).as_deref(), Some(written));
        }
        for text in ["", "0.05", "< 0.05", "<= many", ">= inf", "=> 3"] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
        let target = Target::parse(">= 0.95").expect("a target");
        assert!(target.is_met_by(0.95) && !target.is_met_by(0.949));
    }
}
