//! Where we keep to the original and where we do not, beyond what `bad_input` shows: `docs/compatibility.md` names
//! these tests.

mod folder;

use std::fs;

use folder::{CONFIG, Folder, code};
use insta::assert_snapshot;

/// The columns of `issue_project_event.csv`, in the original's order.
fn event(number: u32, project: u32, column: &str, at: &str, kind: &str) -> String {
    format!("acme,web,{number},{project},P{project},,{column},{at},ada,{kind}\n")
}

fn tables(folder: &Folder, out: &str) -> Vec<(String, String)> {
    folder.names(out).into_iter().map(|name| (name.clone(), folder.read(&format!("{out}/{name}")))).collect()
}

#[test]
fn events_of_one_instant_keep_the_order_of_the_file_however_many_there_are() {
    let rows: String = (20..40).map(|project| event(2, project, "", "2026-01-02T00:00:00Z", "added")).collect();
    let folder = Folder::new().with_more("data/issue_project_event.csv", &rows);
    folder.calculated("--rules cto-stats");
    assert!(folder.read("data/calculated_issue.csv").contains("acme/web#2,Two,20,P20,"));
}

/// The line of standard output that names the rules.
fn rules_line(folder: &Folder, arguments: &str) -> String {
    let output = folder.run(arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().find(|line| line.contains("(rules: ")).map_or(said.clone(), str::to_owned)
}

#[test]
fn single_rules_are_named_beside_the_set_and_change_its_tables() {
    let single = "metrics: {rules: {set: flow, last_week_in_throughput: dropped}}\n";
    let (plain, changed) = (Folder::new(), Folder::new().with("config.yml", format!("{CONFIG}{single}")));
    assert!(rules_line(&plain, "").ends_with("(rules: flow):"));
    assert!(rules_line(&changed, "").ends_with("(rules: flow, last_week_in_throughput: dropped):"));
    let weeks = |folder: &Folder| folder.read("data/throughput_week.csv").lines().count();
    assert_eq!(weeks(&plain), weeks(&changed) + 1);
    assert!(rules_line(&changed, "--rules cto-stats").ends_with("(rules: cto-stats):"));
}

#[test]
fn order_case_and_blanks_of_headers_foreign_columns_and_line_ends_change_nothing() {
    let plain = Folder::new();
    let status = "AT,x, Type ,org,repo,by,number\r\n\
                  2026-01-05T09:00:00Z,,opened,acme,web,ada,1\r\n\
                  \r\n\
                  2026-01-14T09:00:00Z,\"a\r\nb\",closed,acme,web,ada,1\r\n\
                  2026-01-06T09:00:00Z,,opened,acme,web,bob,2";
    let other = Folder::new().with("data/issue_status_event.csv", status);
    for rules in ["flow", "cto-stats"] {
        plain.calculated(&format!("--rules {rules} --out {rules}"));
        assert_eq!(other.calculated(&format!("--rules {rules} --out {rules}")), "");
        assert_eq!(tables(&plain, rules), tables(&other, rules));
    }
}

#[test]
fn of_two_columns_with_one_name_the_last_counts() {
    let folder =
        Folder::new().with("data/pr.csv", "org,repo,number,created_at,repo\nacme,one,3,2026-01-07T09:00:00Z,two\n");
    folder.calculated("--rules cto-stats --pr");
    assert_eq!(folder.rows("data/pr_change_requests_repo.csv"), "two,0.000000,1,0\n");
}

#[test]
fn numbers_are_text() {
    let folder =
        Folder::new().with_more("data/issue.csv", "acme,web,01,Other,,open,task,false,,,2026-01-06T09:00:00Z,,\n");
    assert_eq!(folder.calculated("--rules cto-stats"), "");
    let ids: Vec<String> = folder
        .rows("data/calculated_issue.csv")
        .lines()
        .map(|row| row.split(',').next().expect("an id").to_owned())
        .collect();
    assert_eq!(ids, ["acme/web#01", "acme/web#1", "acme/web#2"]);
}

#[test]
fn files_that_the_original_does_without_may_be_missing() {
    let folder = Folder::new().without("data/pr.csv").without("data/pr_review.csv");
    assert_eq!(folder.calculated("--rules cto-stats"), "");
    for table in ["pr_change_requests_week", "pr_change_requests_repo", "pr_change_requests_repo_dist"] {
        assert_eq!(folder.rows(&format!("data/{table}.csv")), "");
    }
}

#[test]
fn truths_in_words_are_read_with_a_warning() {
    let folder = Folder::new().with_changed("data/issue.csv", "bug,true", "bug, Yes");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 0
    warning: issue.csv line 3, column is_bug: ` Yes` is neither `true` nor `false`: read as true, as the original does
    ");
    assert!(folder.read("data/stocks.csv").contains("7,Board,1,"));
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 1
    cto-calculate: issue.csv line 3, column is_bug: ` Yes` is neither `true` nor `false`
    ");
}

#[test]
fn a_comma_before_the_fraction_is_read_with_a_warning() {
    let folder =
        Folder::new().with_changed("data/issue_status_event.csv", "2026-01-14T09:00:00Z", "\"2026-01-14T9:00:00,5Z\"");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 0
    warning: issue_status_event.csv line 3, column at: `2026-01-14T9:00:00,5Z` is not a time (RFC 3339 like 2026-01-02T03:04:05Z): read as 2026-01-14T09:00:00.500Z, as the original does
    ");
    assert!(folder.read("data/calculated_issue.csv").contains(",2026-01-14T09:00:00Z,false"));
}

#[test]
fn times_at_both_ends_of_the_calendar_are_written_as_the_original_writes_them() {
    for (at, written) in [
        ("9999-12-31T23:59:59-24:00", "10000-01-01T23:59:59Z"),
        ("0001-01-01T00:00:00+01:00", "0000-12-31T23:00:00Z"),
        ("2026-01-14T9:00:00.999999999Z", "2026-01-14T09:00:00Z"),
    ] {
        let folder = Folder::new().with_changed("data/issue_status_event.csv", "2026-01-14T09:00:00Z", at);
        folder.calculated("--rules cto-stats");
        assert!(folder.read("data/calculated_issue.csv").contains(&format!(",{written},false,")), "{at}");
    }
}

#[test]
fn a_run_that_fails_leaves_every_table_as_it_was() {
    let folder = Folder::new();
    folder.calculated("--rules cto-stats --out out");
    let before = tables(&folder, "out");
    let folder = folder
        .with_more("data/issue.csv", "acme,web,9,Nine,,open,task,false,,,2026-01-06T09:00:00Z,,\n")
        .with_more("data/pr.csv", "acme,web\n");
    assert_eq!(code(&folder.run("--rules cto-stats --out out")), 1);
    assert_eq!(tables(&folder, "out"), before, "issues were not written before pull requests failed");
}

#[test]
fn a_table_that_is_being_read_is_replaced_and_not_cut_off() {
    let folder = Folder::new();
    folder.calculated("--rules cto-stats");
    let open = fs::File::open(folder.path("data/stocks.csv")).expect("readable");
    let before = folder.read("data/stocks.csv");
    let folder = folder.with_more("data/issue.csv", "acme,web,9,Nine,,open,task,false,,,2026-01-06T09:00:00Z,,\n");
    folder.calculated("--rules cto-stats");
    assert_ne!(folder.read("data/stocks.csv"), before);
    assert_eq!(std::io::read_to_string(open).expect("readable"), before, "who had it open still reads the old one");
}

#[test]
fn raw_files_are_never_written() {
    let folder = Folder::new();
    let raw = tables(&folder, "data");
    folder.calculated("--rules flow");
    for (name, text) in raw {
        assert_eq!(folder.read(&format!("data/{name}")), text);
    }
}

#[test]
fn cloud_files_are_left_alone_without_their_scope() {
    let folder = Folder::new()
        .with("data/cloud_costs.csv", "provider,service,month,cost,currency\nazure,VM,2026-01-01,1.00,EUR\n")
        .with("data/cloud_spending_monthly.csv", "old\n")
        .with("data/cloud_spending_compared.csv", "old\n");
    for rules in ["flow", "cto-stats"] {
        assert_eq!(folder.calculated(&format!("--rules {rules}")), "");
    }
    assert_eq!(folder.read("data/cloud_spending_monthly.csv"), "old\n");
    assert_eq!(folder.read("data/cloud_spending_compared.csv"), "old\n");
    assert!(!folder.has("data/cloud_spending_services.csv"));
}

#[test]
fn cloud_keys_are_read_in_both_spellings_and_checked() {
    let keys = "cloud_spending: {services: [VM], compared_service: [{name: A, groups: [{name: B, services: [VM]}]}]}\n\
                cloudspending: {detailed_service: [VM, {name: Group, services: [SQL]}]}\n";
    let folder = Folder::new().with_more("config.yml", keys);
    assert_eq!(folder.calculated("--rules cto-stats"), "");
    let folder = folder.with("config.yml", format!("{CONFIG}cloudspending:\n  detailed_service: Group\n"));
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r#"
    exit 2
    cto-calculate: config.yml, line 9, key cloudspending.detailed_service: invalid type: string "Group", expected a list like [a, b]
    "#);
}

#[test]
fn without_a_command_both_scopes_are_computed_and_flags_may_have_one_dash() {
    let folder = Folder::new();
    folder.calculated("-rules cto-stats -out one -as-of 2026-02-01");
    folder.calculated("--rules cto-stats --out two --as-of 2026-02-01");
    assert_eq!(tables(&folder, "one"), tables(&folder, "two"));
    assert_eq!(folder.names("one").len(), 8);
}

#[test]
fn metrics_rules_of_the_configuration_chooses_and_the_flag_goes_above_it() {
    let folder = Folder::new().with_more("config.yml", "metrics: {rules: cto-stats}\n");
    folder.calculated("--out by-key");
    assert_eq!(folder.names("by-key").len(), 8);
    folder.calculated("--rules flow --out by-flag");
    assert_eq!(folder.names("by-flag").len(), 31);
}

#[test]
fn the_originals_columns_come_first_under_flow_and_alone_under_cto_stats() {
    let folder = Folder::new();
    folder.calculated("--rules cto-stats --out original");
    folder.calculated("--rules flow --out flow");
    for name in folder.names("original") {
        let header = |rules: &str| folder.read(&format!("{rules}/{name}")).lines().next().expect("a header").to_owned();
        let (original, flow) = (header("original"), header("flow"));
        assert!(flow == original || flow.starts_with(&format!("{original},")), "{name}: {flow}");
    }
}

#[test]
fn tables_of_flow_that_an_earlier_run_left_are_named() {
    let folder = Folder::new();
    folder.calculated("--rules flow");
    let output = folder.run("--rules cto-stats");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("left as they were, from an earlier run with rules flow: "), "{text}");
    assert!(text.contains("forecast"), "{text}");
}

/// Issues that end one a week, in ten weeks.
fn ten_weeks() -> Folder {
    let mut folder = Folder::new();
    for week in 0..10_u32 {
        let (number, day) = (100 + week, 1 + 7 * (week % 4));
        let at = format!("2026-{:02}-{day:02}T09:00:00Z", 2 + week / 4);
        folder = folder
            .with_more(
                "data/issue.csv",
                &format!("acme,web,{number},T,,closed,task,false,,,2026-01-06T09:00:00Z,{at},\n"),
            )
            .with_more("data/issue_status_event.csv", &format!("acme,web,{number},closed,{at},ada\n"));
    }
    folder
}

#[test]
fn the_centre_repeats_the_count_for_the_original_and_is_the_mean_under_flow() {
    let folder = ten_weeks();
    folder.calculated("--rules cto-stats");
    for row in folder.rows("data/throughput_week.csv").lines() {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(format!("{}.000000", cells[2]), cells[3], "{row}");
    }
    folder.calculated("--rules flow");
    let centres: Vec<String> = folder
        .rows("data/throughput_week.csv")
        .lines()
        .map(|row| row.split(',').nth(3).expect("a centre").to_owned())
        .collect();
    let counts: Vec<f64> = folder
        .rows("data/throughput_week.csv")
        .lines()
        .filter(|row| row.ends_with("true"))
        .map(|row| row.split(',').nth(2).expect("a count").parse().expect("a number"))
        .collect();
    let mean = format!("{:.6}", counts.iter().sum::<f64>() / counts.len() as f64);
    assert!(centres.contains(&mean), "{mean} is not among {centres:?}");
}

#[test]
fn the_last_week_is_dropped_for_the_original_and_shown_as_incomplete_under_flow() {
    let folder = ten_weeks();
    folder.calculated("--rules cto-stats");
    let original = folder.rows("data/throughput_week.csv");
    folder.calculated("--rules flow");
    let flow = folder.rows("data/throughput_week.csv");
    let label = |row: &str| row.split(',').take(2).collect::<Vec<_>>().join(",");
    let last = flow.lines().last().expect("a row");
    assert!(last.ends_with("false"), "{last}");
    assert!(!original.lines().any(|row| label(row) == label(last)));
}

#[test]
fn a_reopened_issue_ends_once_for_the_original_and_is_open_under_flow() {
    let folder =
        Folder::new().with_more("data/issue_status_event.csv", "acme,web,1,reopened,2026-01-15T09:00:00Z,ada\n");
    folder.calculated("--rules cto-stats");
    assert!(folder.read("data/calculated_issue.csv").contains("2026-01-14T09:00:00Z,false"));
    folder.calculated("--rules flow");
    assert!(!folder.read("data/calculated_issue.csv").contains("2026-01-14T09:00:00Z,false"));
    assert!(folder.read("data/stocks.csv").contains("7,Board,1,0,0,0,0,1,1,0,0,0,0"));
}

#[test]
fn a_pending_review_of_year_one_is_read_without_a_time() {
    let folder = Folder::new().with_more("data/pr_review.csv", "acme,web,4,PENDING,0001-01-01T00:00:00Z,ada\n");
    for rules in ["flow", "cto-stats"] {
        assert_eq!(folder.calculated(&format!("--rules {rules} --strict --out {rules}")), "");
    }
    assert_eq!(folder.rows("cto-stats/pr_change_requests_repo.csv"), "web,0.500000,2,1\n");
    assert!(folder.read("flow/pr_open.csv").contains("acme/web#4"));
    let url = format!("sqlite:{}", folder.path("loaded.db").display());
    store::Store::open(&url).expect("a store").import_csv(&folder.path("data")).expect("loaded");
    folder.calculated(&format!("--rules flow --as-of 2026-01-14T09:00:00Z --store {url} --pr --out from-store"));
    assert_eq!(folder.read("flow/pr_open.csv"), folder.read("from-store/pr_open.csv"));
}

#[test]
fn one_unreadable_date_gives_the_originals_thousands_of_weeks_and_is_told() {
    let folder = Folder::new().with_changed("data/issue_status_event.csv", "closed,2026-01-14T09:00:00Z", "closed,");
    let complaint = folder.calculated("--rules cto-stats");
    assert!(
        complaint.starts_with("warning: issue_status_event.csv line 3, column at: `` is not a time"),
        "{complaint}"
    );
    let folder = folder.with_changed("data/issue.csv", "2026-01-06T09:00:00Z", "");
    assert_eq!(folder.calculated("--rules cto-stats").lines().count(), 2);
    assert!(folder.rows("data/stocks_week.csv").starts_with("1,01,7,Board,"));
    assert!(folder.rows("data/stocks_week.csv").lines().count() > 100_000);
}

#[test]
fn events_and_reviews_of_unknown_issues_count_nowhere() {
    let plain = Folder::new();
    let more = Folder::new()
        .with_more("data/issue_project_event.csv", &event(99, 7, "Doing", "2026-01-08T09:00:00Z", "moved"))
        .with_more("data/issue_status_event.csv", "acme,web,99,closed,2026-01-09T09:00:00Z,ada\n")
        .with_more("data/pr_review.csv", "acme,web,99,CHANGES_REQUESTED,2026-01-08T09:00:00Z,bob\n");
    for rules in ["flow", "cto-stats"] {
        plain.calculated(&format!("--rules {rules} --out {rules}"));
        more.calculated(&format!("--rules {rules} --out {rules}"));
        assert_eq!(tables(&plain, rules), tables(&more, rules));
    }
}

#[test]
fn every_test_that_the_page_about_compatibility_names_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/compatibility.md")).expect("readable");
    let (_, differences) = page.split_once("\n## Differences\n").expect("the section");
    let mut sources = String::new();
    let folders = ["bins/cto-calculate/tests", "bins/cto-import/tests/whole_runs", "crates/config-model/tests"];
    let more = [
        "crates/store/src/csv_folder",
        "crates/metrics-core/src/cto_stats/tests",
        "crates/github-issues/tests/connector",
    ];
    for folder in folders.into_iter().chain(more) {
        for name in folder::names_in(&root.join(folder))
            .iter()
            .filter(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "rs"))
        {
            sources += &fs::read_to_string(root.join(folder).join(name)).expect("readable");
        }
    }
    let is_test = |text: &&str| {
        text.matches('_').count() >= 2
            && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    let named: Vec<&str> = differences.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 30, "{named:?}");
    let missing: Vec<&str> = named.into_iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
