//! The executive summary as text.

use crate::content::{CiCost, Executive, Finding, Known};

const HOURS_PER_DAY: f64 = 24.0;
/// Labels are at least as wide as the widest of them in dollars.
const LABEL: usize = "Deployments per $1K CI".len();

/// The executive summary and the findings below it: a line each, the last one ends as all do.
pub fn executive_text(executive: &Executive, findings: &[Finding]) -> String {
    let lines = lines(executive);
    let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or_default().max(LABEL);
    let mut text = format!("ENGINEERING PORTFOLIO – MONTHLY SUMMARY ({})\n\n", executive.month);
    for (label, value) in lines {
        text.extend([&*format!("{label:<width$}"), " : ", &value, "\n"]);
    }
    if !findings.is_empty() {
        text.push('\n');
    }
    for finding in findings {
        text += &crate::markup::shown(&finding.sentence.text).collect::<String>();
        text.push('\n');
    }
    text
}

fn lines(executive: &Executive) -> Vec<(String, String)> {
    let days = |hours: &f64| format!("{:.2} days", hours / HOURS_PER_DAY);
    let mut lines = vec![
        ("Production Deployments".to_owned(), known(&executive.deployments, i64::to_string)),
        ("Lead Time".to_owned(), known(&executive.lead_time_hours, days)),
        ("Change Failure Rate".to_owned(), known(&executive.change_failure_rate, |rate| format!("{rate:.2} %"))),
        ("MTTR".to_owned(), known(&executive.mttr_minutes, |minutes| format!("{minutes:.1} minutes"))),
    ];
    for cost in &executive.ci_costs {
        lines.push(("CI Cost".to_owned(), format!("{}{}", sign(cost), cost.cost)));
        lines.push((format!("Deployments per {}1K CI", sign(cost)), per_thousand(executive, cost)));
    }
    if executive.ci_costs.is_empty() {
        let reason = no_data(&executive.ci_cost_reason);
        lines.push(("CI Cost".to_owned(), reason.clone()));
        lines.push(("Deployments per 1K CI".to_owned(), reason));
    }
    lines
}

/// Before an amount: `$`, else the currency code.
fn sign(cost: &CiCost) -> String {
    if cost.currency == "USD" { "$".to_owned() } else { format!("{} ", cost.currency) }
}

fn per_thousand(executive: &Executive, cost: &CiCost) -> String {
    match (cost.deployments_per_1k, &executive.deployments) {
        (Some(number), _) if number.is_finite() => format!("{number:.1}"),
        (_, Known::None(reason)) => no_data(reason),
        _ => no_data("the cost is 0"),
    }
}

fn known<T: Number>(value: &Known<T>, written: impl Fn(&T) -> String) -> String {
    match value {
        Known::Value(value) if value.is_number() => written(value),
        Known::Value(_) => no_data(""),
        Known::None(reason) => no_data(reason),
    }
}

/// What may turn out to be none.
trait Number {
    fn is_number(&self) -> bool;
}

impl Number for i64 {
    fn is_number(&self) -> bool {
        true
    }
}

impl Number for f64 {
    fn is_number(&self) -> bool {
        self.is_finite()
    }
}

fn no_data(reason: &str) -> String {
    if reason.is_empty() { "no data".to_owned() } else { format!("no data ({reason})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Sentence;

    fn month(month: &str, deployments: i64, hours: f64, rate: f64, minutes: f64, cost: (&str, &str, f64)) -> Executive {
        Executive {
            month: month.to_owned(),
            deployments: Known::Value(deployments),
            lead_time_hours: Known::Value(hours),
            change_failure_rate: Known::Value(rate),
            mttr_minutes: Known::Value(minutes),
            ci_costs: vec![CiCost {
                currency: cost.0.to_owned(),
                cost: cost.1.to_owned(),
                deployments_per_1k: (cost.2 > 0.0).then(|| deployments as f64 / cost.2 * 1000.0),
            }],
            ci_cost_reason: String::new(),
        }
    }

    fn finding(text: &str) -> Finding {
        Finding { measure: String::new(), sentence: Sentence::plain(text) }
    }

    #[test]
    fn summary_of_march_is_to_the_byte() {
        let march = month("2025-03", 402, 45.12, 6.2, 34.0, ("USD", "1281.60", 1281.6));
        let expected = "\
ENGINEERING PORTFOLIO – MONTHLY SUMMARY (2025-03)

Production Deployments : 402
Lead Time              : 1.88 days
Change Failure Rate    : 6.20 %
MTTR                   : 34.0 minutes
CI Cost                : $1281.60
Deployments per $1K CI : 313.7
";
        assert_eq!(executive_text(&march, &[]), expected);
        let findings = [finding("Lead time fell."), finding("CI cost fell.")];
        assert_eq!(executive_text(&march, &findings), format!("{expected}\nLead time fell.\nCI cost fell.\n"));
    }

    #[test]
    fn summaries_of_the_months_before_are_to_the_byte() {
        let january = month("2025-01", 310, 54.2, 8.1, 42.0, ("USD", "1459.20", 1459.2));
        let february = month("2025-02", 344, 49.6, 6.9, 38.0, ("USD", "1370.40", 1370.4));
        assert_eq!(
            executive_text(&january, &[]),
            "\
ENGINEERING PORTFOLIO – MONTHLY SUMMARY (2025-01)

Production Deployments : 310
Lead Time              : 2.26 days
Change Failure Rate    : 8.10 %
MTTR                   : 42.0 minutes
CI Cost                : $1459.20
Deployments per $1K CI : 212.4
"
        );
        assert_eq!(
            executive_text(&february, &[]),
            "\
ENGINEERING PORTFOLIO – MONTHLY SUMMARY (2025-02)

Production Deployments : 344
Lead Time              : 2.07 days
Change Failure Rate    : 6.90 %
MTTR                   : 38.0 minutes
CI Cost                : $1370.40
Deployments per $1K CI : 251.0
"
        );
    }

    #[test]
    fn other_currencies_are_named_by_their_codes() {
        let mut month = month("2025-03", 402, 45.12, 6.2, 34.0, ("EUR", "1281.60", 1281.6));
        month.ci_costs.push(CiCost { currency: "USD".to_owned(), cost: "0.00".to_owned(), deployments_per_1k: None });
        let text = executive_text(&month, &[]);
        let costs: Vec<_> = text.lines().skip(6).collect();
        assert_eq!(
            costs,
            [
                "CI Cost                   : EUR 1281.60",
                "Deployments per EUR 1K CI : 313.7",
                "CI Cost                   : $0.00",
                "Deployments per $1K CI    : no data (the cost is 0)",
            ]
        );
    }

    #[test]
    fn what_is_not_known_says_why() {
        let nothing = Executive { ci_cost_reason: "no priced minutes".to_owned(), ..Executive::default() };
        let text = executive_text(&nothing, &[]);
        assert_eq!(text.matches("no data (not connected)").count(), 4);
        assert!(text.ends_with(
            "CI Cost                : no data (no priced minutes)\nDeployments per 1K CI  : no data (no priced minutes)\n"
        ));
    }
}
