//! Query parameters of requests, parsed and checked.

mod pairs;
mod words;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::NaiveDate;
use metrics_core::Selection;
use metrics_core::catalogue::Filter;
use metrics_core::selection::{Bots, Known};
use metrics_core::totals::ALL;
use model::Instant;
use model::rules::RuleSet;

use crate::problem::Problem;

pub(crate) use pairs::pairs;
use words::unknown_name;
pub(crate) use words::{choice, one_of, unknown_parameter};

/// Parameters of every table.
pub(crate) const TABLE_PARAMETERS: [&str; 12] =
    ["as_of", "bots", "by", "from", "project", "ref", "repo", "rules", "service", "team", "to", "type"];

/// Values of `ref`: for which branches runs of CI count; all of them where it is not given.
pub(crate) const BRANCHES: [&str; 2] = ["all", DEFAULT_BRANCH];
const DEFAULT_BRANCH: &str = "default";

/// Days between which dates may lie: beyond them a date is a slip of the pen.
const FIRST_DAY: (i32, u32, u32) = (1970, 1, 1);
const LAST_DAY: (i32, u32, u32) = (2199, 12, 31);

/// What is asked for, in one normal form: equal questions are equal values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    /// As asked for; each route has its own choice.
    pub(crate) by: Option<String>,
    pub(crate) set: RuleSet,
    pub(crate) as_of: Option<Instant>,
    pub(crate) selection: Selection,
    /// `repo=ALL`: only the rows over all repositories.
    pub(crate) totals: bool,
    /// Parameters that only this route has, in order of name.
    pub(crate) own: Vec<(&'static str, String)>,
}

impl Query {
    /// Reads a query string. `own` are further parameters of the route, each at most once.
    pub(crate) fn read(text: &str, own: &[&'static str], usual: RuleSet) -> Result<Self, Problem> {
        let pairs = pairs(text)?;
        let mut valid: Vec<&str> = TABLE_PARAMETERS.into_iter().chain(own.iter().copied()).collect();
        valid.sort_unstable();
        for (name, _) in &pairs {
            if !valid.contains(&name.as_str()) {
                return Err(unknown_parameter(name, &valid));
            }
        }
        let once = |name: &str| one_of(&pairs, name);
        let (from, to) = (day(once("from")?, "from")?, day(once("to")?, "to")?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let detail = format!("from ({from}) lies after to ({to}): swap them");
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "from"));
        }
        let bots = choice(once("bots")?, "bots", &["exclude", "include"])?;
        let branches = choice(once("ref")?, "ref", &BRANCHES)?;
        let rules = choice(once("rules")?, "rules", &["cto-stats", "flow"])?;
        let list = |name: &str| -> Vec<String> {
            let values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim().to_owned());
            values.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let mut extra = Vec::new();
        for name in own {
            if let Some(value) = once(name)? {
                extra.push((*name, value.to_owned()));
            }
        }
        Ok(Self {
            from,
            to,
            by: once("by")?.map(str::to_owned),
            set: match rules {
                Some("flow") => RuleSet::Flow,
                Some(_) => RuleSet::CtoStats,
                None => usual,
            },
            as_of: instant(once("as_of")?)?,
            selection: Selection {
                projects: list("project"),
                repositories: list("repo"),
                services: list("service"),
                teams: list("team"),
                types: list("type"),
                bots: bots.map(|bots| if bots == "include" { Bots::Include } else { Bots::Exclude }),
                default_branch: branches == Some(DEFAULT_BRANCH),
                // Only what is computed from a range of days is asked for with it, see `question`.
                from: None,
                to: None,
                at: None,
            },
            totals: false,
            own: extra,
        })
    }

    /// Of a table with rows over all repositories, `repo=ALL` asks for these alone; it is no name then.
    pub(crate) fn take_totals(&mut self) -> Result<(), Problem> {
        let repositories = &mut self.selection.repositories;
        self.totals = repositories.iter().any(|name| name == ALL);
        if self.totals && repositories.len() > 1 {
            let detail = "repo=ALL asks for the rows over all repositories, so no other repo can stand beside it: \
                          leave it out, the rows over all are there anyway";
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "repo"));
        }
        if self.totals {
            repositories.clear();
        }
        Ok(())
    }

    /// An error for the first name that the data does not have.
    pub(crate) fn check_names(&self, known: &Known) -> Result<(), Problem> {
        known
            .unknown(&self.selection)
            .first()
            .map_or(Ok(()), |(filter, value)| Err(unknown_name(*filter, value, known)))
    }

    /// The value of a parameter that only this route has.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The filters that are set, with their values.
    pub(crate) fn filters(&self) -> Vec<(Filter, Vec<String>)> {
        let selection = &self.selection;
        let bots = selection.bots.map(|bots| if bots == Bots::Include { "include" } else { "exclude" }.to_owned());
        let filters = [
            (Filter::Project, selection.projects.clone()),
            (Filter::Repository, if self.totals { vec![ALL.to_owned()] } else { selection.repositories.clone() }),
            (Filter::Team, selection.teams.clone()),
            (Filter::Service, selection.services.clone()),
            (Filter::Type, selection.types.clone()),
            (Filter::Bots, bots.into_iter().collect()),
            (Filter::Branches, selection.default_branch.then(|| DEFAULT_BRANCH.to_owned()).into_iter().collect()),
        ];
        filters.into_iter().filter(|(_, values)| !values.is_empty()).collect()
    }

    /// Equal for equal questions.
    pub(crate) fn key(&self) -> String {
        format!("{self:?}")
    }
}

/// The parameter of a filter.
pub(crate) fn parameter(filter: Filter) -> &'static str {
    match filter {
        Filter::Project => "project",
        Filter::Repository => "repo",
        Filter::Team => "team",
        Filter::Service => "service",
        Filter::Type => "type",
        Filter::Bots => "bots",
        Filter::Branches => "ref",
    }
}

fn day(value: Option<&str>, name: &str) -> Result<Option<NaiveDate>, Problem> {
    let Some(value) = value else { return Ok(None) };
    let bound = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day);
    let parsed = (value.len() == 10).then(|| NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()).flatten();
    match parsed {
        Some(day) if Some(day) >= bound(FIRST_DAY) && Some(day) <= bound(LAST_DAY) => Ok(Some(day)),
        _ => {
            let detail = format!("{name} must be a day from 1970-01-01 to 2199-12-31, not {}", words::quoted(value));
            Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", name))
        }
    }
}

fn instant(value: Option<&str>) -> Result<Option<Instant>, Problem> {
    let Some(value) = value else { return Ok(None) };
    let year = |at: &Instant| at.to_chrono().map_or(0, |at| chrono::Datelike::year(&at));
    let parsed = Instant::parse_date_or_rfc3339(value).filter(|at| (FIRST_DAY.0..=LAST_DAY.0).contains(&year(at)));
    parsed.map(Some).ok_or_else(|| {
        let given = words::quoted(value);
        let detail =
            format!("as_of must be an instant, 2026-03-30T00:00:00Z, or a day, from 1970 to 2199, not {given}");
        Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "as_of")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Query, Problem> {
        Query::read(text, &["week"], RuleSet::Flow)
    }

    fn refusal(text: &str) -> String {
        read(text).expect_err("refused").detail
    }

    #[test]
    fn equal_questions_are_equal_values() {
        let one = read("team=Ads&team=Search&from=2026-01-05&repo=api").expect("read");
        let other = read("repo=api&from=2026-01-05&team=Search&team=Ads&team=Ads").expect("read");
        assert_eq!((&one, one.key()), (&other, other.key()));
        assert_eq!(one.selection.teams, ["Ads", "Search"]);
    }

    #[test]
    fn escapes_and_plus_signs_are_text() {
        let query = read("team=Search+and+%C3%96l").expect("read");
        assert_eq!(query.selection.teams, ["Search and Öl"]);
    }

    #[test]
    fn an_unknown_parameter_is_named_with_the_nearest_and_all_valid_ones() {
        let problem = read("form=2026-01-01").expect_err("refused");
        assert_eq!(problem.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            problem.detail,
            "\"form\" is no parameter here; did you mean from? \
             Valid are as_of, bots, by, from, project, ref, repo, rules, service, team, to, type, week"
        );
    }

    #[test]
    fn an_unknown_value_is_named_with_the_valid_ones() {
        assert_eq!(refusal("bots=maybe"), "bots cannot be \"maybe\". Valid are exclude, include");
        assert_eq!(refusal("rules=flwo"), "rules cannot be \"flwo\"; did you mean flow? Valid are cto-stats, flow");
    }

    #[test]
    fn reversed_dates_are_refused_and_said() {
        assert_eq!(refusal("from=2026-03-01&to=2026-01-01"), "from (2026-03-01) lies after to (2026-01-01): swap them");
    }

    #[test]
    fn absurd_dates_are_refused() {
        for text in ["from=0001-01-01", "from=2026-02-30", "to=99999-01-01", "from=", "as_of=9999-01-01", "as_of=now"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_may_be_said_once_is_refused_twice() {
        assert_eq!(refusal("from=2026-01-01&from=2026-01-02"), "from may be given once");
    }

    #[test]
    fn broken_escapes_are_refused() {
        for text in ["team=%", "team=%zz", "team=%ff"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
