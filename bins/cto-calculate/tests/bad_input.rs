//! What the program says about input that is not as it should be, and how it ends.

mod folder;

use std::fs;

use folder::{CONFIG, Folder, code};
use insta::assert_snapshot;

/// Every raw file is there, and nothing was written beside them.
fn assert_nothing_written(folder: &Folder) {
    assert!(!folder.has("data/calculated_issue.csv") && !folder.has("data/pr_change_requests_week.csv"));
}

/// What is said under either rule set, which has to be the same.
fn complaint_under_both(folder: &Folder) -> String {
    let complaint = folder.complaint("--rules flow");
    assert_eq!(complaint, folder.complaint("--rules cto-stats"));
    complaint
}

#[test]
fn a_folder_without_data_says_where_data_comes_from() {
    assert_snapshot!(Folder::empty().complaint("--rules flow"), @r"
    exit 1
    note: no config.yml: every board is read with GitHub's own column names
    cto-calculate: data holds neither a store (cto.db) nor raw CSV files (issue.csv, pr.csv, cloud_costs.csv): run cto-import first, or name the folder with --data
    ");
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    assert_snapshot!(Folder::empty().complaint("--data nowhere"), @r"
    exit 1
    note: no config.yml: every board is read with GitHub's own column names
    cto-calculate: nowhere holds neither a store (cto.db) nor raw CSV files (issue.csv, pr.csv, cloud_costs.csv): run cto-import first, or name the folder with --data
    ");
}

#[test]
fn a_missing_file_is_named_and_its_scope_can_be_left_out() {
    let folder = Folder::new().without("data/issue.csv");
    assert_snapshot!(folder.complaint(""), @r"
    exit 1
    cto-calculate: issue.csv is missing in data: run the import, or point at the folder that holds the raw files
    ");
    assert_nothing_written(&folder);
    assert_snapshot!(folder.complaint("--pr"), @"exit 0");
}

#[test]
fn a_missing_column_is_named_with_the_columns_that_are_there() {
    let folder = Folder::new().with("data/issue_status_event.csv", "org,repo,number,type,when\n");
    assert_snapshot!(complaint_under_both(&folder), @r"
    exit 1
    cto-calculate: issue_status_event.csv has no column `at`; its columns are org, repo, number, type, when
    ");
    assert_nothing_written(&folder);
}

#[test]
fn columns_of_reviews_are_checked_although_the_original_takes_the_first_one_instead() {
    let folder = Folder::new().with("data/pr_review.csv", "org,repo,number,submitted_at,user\nacme,web,3,,bob\n");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 1
    cto-calculate: pr_review.csv has no column `state`; its columns are org, repo, number, submitted_at, user
    ");
}

#[test]
fn a_ragged_row_of_events_is_an_error_under_both_rule_sets() {
    let folder = Folder::new().with_more("data/issue_status_event.csv", "acme,web,2,closed,2026-01-15T09:00:00Z\n");
    assert_snapshot!(complaint_under_both(&folder), @r"
    exit 1
    cto-calculate: issue_status_event.csv line 5 has 5 fields, but the header has 6: quote fields that contain commas, or complete the row
    ");
    assert_nothing_written(&folder);
}

#[test]
fn a_ragged_row_of_issues_is_skipped_with_a_warning_for_the_original_and_an_error_under_flow() {
    let folder = Folder::new().with_more("data/issue.csv", "acme,web,9,Nine, and a comma\n");
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 1
    cto-calculate: issue.csv line 4 has 5 fields, but the header has 13: quote fields that contain commas, or complete the row
    ");
    assert_nothing_written(&folder);
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 0
    warning: issue.csv line 4: the row has 5 fields, but the header has 13: skipped
    ");
    assert!(!folder.read("data/calculated_issue.csv").contains("#9"));
}

#[test]
fn a_bad_date_is_an_error_under_flow() {
    let folder = Folder::new().with_changed("data/issue.csv", "2026-01-06T09:00:00Z", "2026-01-06");
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 1
    cto-calculate: issue.csv line 3, column created_at: `2026-01-06` is not a time (RFC 3339 like 2026-01-02T03:04:05Z)
    ");
    assert_nothing_written(&folder);
}

#[test]
fn a_bad_date_is_read_as_the_original_reads_it_with_a_warning() {
    let folder = Folder::new().with_changed("data/issue.csv", "2026-01-06T09:00:00Z", "2026-01-06");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 0
    warning: issue.csv line 3, column created_at: `2026-01-06` is not a time (RFC 3339 like 2026-01-02T03:04:05Z): read as 0001-01-01T00:00:00Z, as the original does
    ");
    assert!(folder.read("data/calculated_issue.csv").contains("acme/web#2,Two,7,Board,0001-01-01T00:00:00Z,"));
}

#[test]
fn strict_refuses_what_the_original_reads_and_writes_nothing() {
    let folder = Folder::new().with_changed("data/issue.csv", "2026-01-06T09:00:00Z", "2026-01-06").with_changed(
        "data/issue.csv",
        "true",
        "maybe",
    );
    assert_snapshot!(folder.complaint("--rules cto-stats --strict"), @r"
    exit 2
    error: issue.csv line 3, column is_bug: `maybe` is neither `true` nor `false`: read as false, as the original does
    error: issue.csv line 3, column created_at: `2026-01-06` is not a time (RFC 3339 like 2026-01-02T03:04:05Z): read as 0001-01-01T00:00:00Z, as the original does
    cto-calculate: nothing was written: --strict refuses the 2 odd values above
    ");
    assert_nothing_written(&folder);
}

#[test]
fn strict_lets_clean_input_pass() {
    let folder = Folder::new();
    assert_snapshot!(folder.complaint("--rules cto-stats --strict"), @"exit 0");
    assert_snapshot!(folder.complaint("--rules flow --strict"), @"exit 0");
}

#[test]
fn of_many_odd_values_twenty_are_shown_and_the_rest_is_counted() {
    let rows = "acme,web,10,T,,open,task,perhaps,,,2026-01-05T09:00:00Z,,\n".repeat(12)
        + &"acme,web,11,T,,open,task,false,,,2026-01-05T09:00:00Z,,\n".repeat(3);
    let folder = Folder::new().with_more("data/issue.csv", &rows);
    let complaint = folder.complaint("--rules cto-stats");
    assert_eq!(complaint.lines().filter(|line| line.starts_with("warning: issue.csv line ")).count(), 20);
    assert_snapshot!(complaint.lines().last().expect("a line"), @"warning: … and 5 more like these");
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    let (plain, marked) = (Folder::new(), Folder::new());
    let mut marked = marked;
    for name in ["issue", "issue_status_event", "issue_project_event", "pr", "pr_review"] {
        let file = format!("data/{name}.csv");
        let text = format!("\u{feff}{}", marked.read(&file));
        marked = marked.with(&file, text);
    }
    for rules in ["flow", "cto-stats"] {
        assert_eq!(plain.calculated(&format!("--rules {rules}")), "");
        assert_eq!(marked.calculated(&format!("--rules {rules}")), "");
        for table in ["calculated_issue", "stocks_week", "pr_change_requests_week"] {
            let file = format!("data/{table}.csv");
            assert_eq!(plain.read(&file), marked.read(&file));
        }
    }
}

#[test]
fn semicolons_are_recognised() {
    let folder = Folder::new();
    let text = folder.read("data/pr.csv").replace(',', ";");
    let folder = folder.with("data/pr.csv", text);
    assert_snapshot!(folder.complaint(""), @r"
    exit 1
    cto-calculate: pr.csv line 1 looks separated by semicolons: save it again with commas
    ");
}

#[test]
fn a_file_without_even_a_header_is_named() {
    let folder = Folder::new().with("data/pr.csv", "");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 1
    cto-calculate: pr.csv is empty, not even a header: remove it, or import again
    ");
    assert_nothing_written(&folder);
}

#[test]
fn a_file_that_breaks_off_in_a_quote_is_told_with_the_place_where_it_opens() {
    let folder = Folder::new().with_more("data/issue.csv", "acme,web,9,\"Nine\nand no end\n");
    assert_snapshot!(folder.complaint(""), @r"
    exit 1
    cto-calculate: issue.csv: the quote opened at line 4, byte 12 is never closed: is the file cut off?
    ");
}

#[test]
fn a_quote_in_a_plain_field_is_told_with_its_place() {
    let folder = Folder::new().with_changed("data/pr.csv", "Four", "Fo\"ur");
    assert_snapshot!(folder.complaint(""), @r"
    exit 1
    cto-calculate: pr.csv line 3, byte 14: a quote inside an unquoted field: quote the whole field and double the quotes in it
    ");
}

#[test]
fn an_issue_that_comes_twice_is_an_error_under_flow_and_a_warning_for_the_original() {
    let folder =
        Folder::new().with_more("data/issue.csv", "acme,web,2,Two again,,open,bug,true,bob,,2026-01-06T09:00:00Z,,\n");
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 1
    cto-calculate: issue.csv has acme/web#2 twice, at line 3 and at line 4: keep one of them
    ");
    assert_nothing_written(&folder);
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 0
    warning: issue.csv line 3: acme/web#2 comes again at line 4: the last row counts, as for the original
    ");
    assert!(folder.read("data/calculated_issue.csv").contains("acme/web#2,Two again,"));
}

#[test]
fn a_column_that_is_mapped_nowhere_is_told_once_with_its_count() {
    let folder = Folder::new()
        .with_more("data/issue_project_event.csv", "acme,web,1,7,Board,Doing,Parked,2026-01-09T09:00:00Z,ada,moved\n")
        .with_more("data/issue_project_event.csv", "acme,web,1,7,Board,Parked,Doing,2026-01-10T09:00:00Z,ada,moved\n")
        .with_more("data/issue_project_event.csv", "acme,web,2,7,Board,Ready,parked ,2026-01-09T09:00:00Z,ada,moved\n");
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 0
    note: column `parked` of board 7 (Board) is mapped to no step: 2 moves into it kept the step before
    ");
    assert!(folder.read("data/stocks.csv").contains("7,Board,1,0,0,0,0,1,0,0,0,0,0"), "the step before is kept");
}

#[test]
fn a_board_that_the_configuration_does_not_name_is_told() {
    let folder = Folder::new().with("config.yml", "");
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 0
    note: the configuration does not name board 7 (Board): read by GitHub's own columns (Backlog, Ready, In progress, In review, Done)
    note: column `doing` of board 7 (Board) is mapped to no step: 1 move into it kept the step before
    ");
}

#[test]
fn without_a_configuration_the_run_says_so() {
    let folder = Folder::new().without("config.yml");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 0
    note: no config.yml: every board is read with GitHub's own column names
    ");
}

#[test]
fn a_configuration_that_was_named_has_to_be_there() {
    assert_snapshot!(Folder::new().complaint("--config other.yml"), @r"
    exit 2
    cto-calculate: other.yml: cannot be read; name another file with --config or CONFIG_PATH: No such file or directory (os error 2)
    ");
}

#[test]
fn an_unknown_key_of_the_configuration_is_refused_under_both_rule_sets() {
    let folder =
        Folder::new().with("config.yml", "github:\n  projects:\n    - id: 7\n      dev_start_colums: [Doing]\n");
    assert_snapshot!(complaint_under_both(&folder), @r"
    exit 2
    cto-calculate: config.yml, line 4, key github.projects[0].dev_start_colums: unknown key `dev_start_colums`; did you mean `dev_start_columns`?
    ");
}

#[test]
fn a_scalar_where_a_list_belongs_is_refused() {
    let folder = Folder::new().with("config.yml", "github:\n  projects:\n    - id: 7\n      types: bug\n");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r#"
    exit 2
    cto-calculate: config.yml, line 4, key github.projects[0].types: invalid type: string "bug", expected a list like [a, b]
    "#);
}

#[test]
fn a_quoted_switch_is_read() {
    let folder = Folder::new().with("config.yml", "github:\n  projects:\n    - {id: 7, exclude: \"true\"}\n");
    assert_eq!(folder.calculated("--rules cto-stats"), "");
    assert_eq!(folder.rows("data/calculated_issue.csv"), "");
}

#[test]
fn a_project_that_is_listed_twice_is_refused() {
    let folder = Folder::new().with("config.yml", format!("{CONFIG}    - id: \"7\"\n"));
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 2
    cto-calculate: config.yml, key github.projects[1].id: project 7 is listed twice, first as github.projects[0]; join the two entries
    ");
}

#[test]
fn a_project_without_an_id_is_refused() {
    let folder = Folder::new().with("config.yml", "github:\n  projects:\n    - id: null\n      exclude: true\n");
    assert_snapshot!(folder.complaint("--rules cto-stats"), @r"
    exit 2
    cto-calculate: config.yml, key github.projects[0].id: a project needs its id (the column project_id of project.csv)
    ");
}

#[test]
fn a_column_of_two_steps_is_an_error_under_flow_and_fine_for_the_original() {
    let folder = Folder::new().with("config.yml", format!("{CONFIG}      review_start_columns: [\" doing\"]\n"));
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 2
    cto-calculate: config.yml, key github.projects[0].review_start_columns: column ` doing` is listed for two steps (also in dev_start_columns); keep it in one, or use metrics.rules: cto-stats
    ");
    assert_nothing_written(&folder);
    assert_snapshot!(folder.complaint("--rules cto-stats"), @"exit 0");
}

#[test]
fn a_store_of_a_newer_version_is_not_touched() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.path("data/cto.db").display());
    drop(store::Store::open(&url).expect("a store"));
    set_version(&folder, 99);
    assert_snapshot!(folder.complaint("--rules flow"), @r"
    exit 1
    cto-calculate: store data/cto.db was written by a newer version (schema 99, this program knows 19): upgrade cto-metrics
    ");
    assert_nothing_written(&folder);
}

/// Writes the schema's version where SQLite keeps it: bytes 60 to 63 of the file.
fn set_version(folder: &Folder, version: u32) {
    let path = folder.path("data/cto.db");
    for name in ["data/cto.db-wal", "data/cto.db-shm"] {
        assert!(!folder.has(name), "the store was closed");
    }
    let mut bytes = fs::read(&path).expect("readable");
    bytes[60..64].copy_from_slice(&version.to_be_bytes());
    fs::write(&path, bytes).expect("written");
}

#[test]
fn a_store_that_is_named_and_missing_is_told() {
    assert_snapshot!(Folder::new().complaint("--store sqlite:other.db"), @r"
    exit 1
    cto-calculate: store other.db does not exist: run cto-import first, or name another store with --store
    ");
}

#[test]
fn a_file_that_is_no_store_is_told() {
    let folder = Folder::new().with("data/cto.db", "not a database, and long enough to be read as one by mistake");
    assert_snapshot!(folder.complaint(""), @r"
    exit 1
    cto-calculate: store data/cto.db is not a database of cto-metrics: name another file with --store, or move this one away: file is not a database: Error code 26: file is not a database
    ");
}

#[test]
fn an_output_folder_that_is_a_file_is_told() {
    let folder = Folder::new().with("out", "");
    assert_snapshot!(folder.complaint("--out out"), @r"
    exit 1
    cto-calculate: the folder out cannot be created; choose another one with --out: File exists (os error 17)
    ");
}

#[test]
fn a_folder_in_the_place_of_a_table_is_told_and_stays() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("out/stocks.csv/mine")).expect("created");
    assert_snapshot!(folder.complaint("--rules cto-stats --out out"), @r"
    exit 1
    cto-calculate: cannot write out/stocks.csv: Is a directory (os error 21)
    ");
    assert!(folder.has("out/stocks.csv/mine"));
    let is_left_over =
        |name: &String| std::path::Path::new(name).extension().is_none_or(|extension| extension != "csv");
    let left_over: Vec<String> = folder.names("out").into_iter().filter(is_left_over).collect();
    assert!(left_over.is_empty(), "{left_over:?}");
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    fs::create_dir(folder.path("out")).expect("created");
    fs::set_permissions(folder.path("out"), fs::Permissions::from_mode(0o555)).expect("set");
    if fs::write(folder.path("out/probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let complaint = folder.complaint("--out out");
    assert!(complaint.starts_with("exit 1\ncto-calculate: cannot write out/calculated_issue.csv"), "{complaint}");
}

#[test]
fn an_unknown_flag_is_wrong_usage() {
    assert_snapshot!(Folder::new().complaint("--isues"), @r"
    exit 2
    error: unexpected argument '--isues' found

      tip: a similar argument exists: '--issues'

    Usage: cto-calculate --issues[=<BOOL>]

    For more information, try '--help'.
    ");
}

#[test]
fn an_argument_without_a_flag_is_wrong_usage() {
    assert_snapshot!(Folder::new().complaint("foo --pr"), @r"
    exit 2
    error: unexpected argument 'foo' found

    Usage: cto-calculate [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn nonsense_for_an_instant_is_wrong_usage() {
    assert_snapshot!(Folder::new().complaint("--as-of yesterday"), @r"
    exit 2
    error: invalid value 'yesterday' for '--as-of <T>': expected a date like 2026-01-31 or a time like 2026-01-31T12:00:00Z

    For more information, try '--help'.
    ");
    assert_eq!(code(&Folder::new().run("--as-of 2026-02-30")), 2);
}

#[test]
fn an_unknown_rule_set_is_wrong_usage() {
    assert_snapshot!(Folder::new().complaint("--rules original"), @r"
    exit 2
    error: invalid value 'original' for '--rules <flow|cto-stats>': expected flow or cto-stats

    For more information, try '--help'.
    ");
}

#[test]
fn an_instant_may_be_a_date_or_a_time() {
    let folder = Folder::new();
    let mut written = Vec::new();
    for as_of in ["2026-01-13", "2026-01-13T00:00:00Z", "2026-01-13T01:00:00+01:00"] {
        assert_eq!(folder.calculated(&format!("--as-of {as_of}")), "");
        written.push(folder.read("data/stocks.csv"));
    }
    assert!(written[0].contains("7,Board,1,0,0,0,0,1,1,"), "issue 1 was in development then: {}", written[0]);
    assert!(written.iter().all(|text| *text == written[0]));
}

#[test]
fn scope_flags_are_those_of_the_original() {
    let issues_only = ["-issues", "--issues", "--issues=true", "--pr=false --issues", "-pr=false -issues=true"];
    let pulls_only = ["-pr", "--pr=true", "-pr=true --issues=false", "--issues=false -pr"];
    let both = ["", "--issues --pr", "-issues=false -pr=false", "--issues=false", "-pr=false"];
    for (arguments, issues, pulls) in issues_only
        .map(|arguments| (arguments, true, false))
        .into_iter()
        .chain(pulls_only.map(|arguments| (arguments, false, true)))
        .chain(both.map(|arguments| (arguments, true, true)))
    {
        let folder = Folder::new();
        folder.calculated(arguments);
        let written = (folder.has("data/stocks.csv"), folder.has("data/pr_change_requests_week.csv"));
        assert_eq!(written, (issues, pulls), "{arguments}");
    }
}

#[test]
fn help_names_every_flag_and_the_exit_codes() {
    let output = Folder::empty().run("--help");
    assert_eq!(code(&output), 0);
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for flag in [
        "--issues",
        "--pr",
        "--config",
        "--data",
        "--store",
        "--out",
        "--rules",
        "--as-of",
        "--strict",
        "--completions",
        "--help",
        "--version",
    ] {
        assert!(help.contains(flag), "{flag} is missing in\n{help}");
    }
    assert!(help.contains("CONFIG_PATH") && help.contains("cto-stats") && help.contains("Exit codes: 0 done"));
}

#[test]
fn formulas_stay_as_they_were_written_unless_they_are_to_be_guarded() {
    let folder = Folder::new().with_changed("data/pr.csv", ",Four,", ",\"=HYPERLINK(\"\"https://x\"\",\"\"y\"\")\",");
    let folder = folder.with_changed("data/pr.csv", ",Three,", ",＝1+1,");
    folder.calculated("--pr --out plain");
    folder.calculated("--pr --out guarded --guard-formulas");
    let (plain, guarded) = (folder.read("plain/calculated_pr.csv"), folder.read("guarded/calculated_pr.csv"));
    assert!(plain.contains(",\"=HYPERLINK(\"\"https://x\"\",\"\"y\"\")\",") && plain.contains(",＝1+1,"), "{plain}");
    assert!(
        guarded.contains(",\"'=HYPERLINK(\"\"https://x\"\",\"\"y\"\")\",") && guarded.contains(",'＝1+1,"),
        "{guarded}"
    );
    assert_eq!(folder.read("plain/pr_cycle_week.csv"), folder.read("guarded/pr_cycle_week.csv"));
}

#[test]
fn odd_cells_of_delivery_are_named_with_their_place() {
    let header = "deployment_id,org,repo,environment,tier,sha,created_at,succeeded_at,finished_at,outcome\n".to_owned();
    let row = |cells: &str| format!("{header}{cells}\n");
    let good = "D1,acme,web,production,,a1,2026-01-09T10:00:00Z,2026-01-09T10:05:00Z,2026-01-09T10:05:00Z,success";
    let release = "release_id,org,repo,tag,sha,draft,prerelease,created_at,published_at\n";
    let incident = "incident_id,org,repo,started_at\n";
    let event = "incident_id,at,kind\n";
    let commit = "org,repo,sha,parents,committed_at\n";
    for (file, text, said) in [
        (
            "deployment",
            row(&good.replace("success", "succes")),
            "deployment.csv line 2, column outcome: `succes` is not `pending`, `success`, `failure` or `cancelled`",
        ),
        (
            "deployment",
            row(&good.replacen("D1", "", 1)),
            "deployment.csv line 2, column deployment_id: `` is empty: fill it in, or remove the row",
        ),
        (
            "deployment",
            row(&good.replacen("web", "", 1)),
            "deployment.csv line 2, column repo: `` is empty: fill it in, or remove the row",
        ),
        (
            "deployment",
            row(&format!("{good}\n{good}")),
            "deployment.csv has D1 twice, at line 2 and at line 3: keep one of them",
        ),
        (
            "deployment",
            row(&good.replacen("2026-01-09T10:05:00Z", "soon", 1)),
            "deployment.csv line 2, column succeeded_at: `soon` is not a time (RFC 3339 like 2026-01-02T03:04:05Z)",
        ),
        (
            "release",
            format!("{release}R1,acme,web,v1,a1,perhaps,false,2026-01-09T10:00:00Z,\n"),
            "release.csv line 2, column draft: `perhaps` is neither `true` nor `false`",
        ),
        (
            "incident",
            format!("{incident},acme,web,2026-01-09T10:00:00Z\n"),
            "incident.csv line 2, column incident_id: `` is empty: fill it in, or remove the row",
        ),
        (
            "incident_event",
            format!("{event}I1,2026-01-09T10:00:00Z,mended\n"),
            "incident_event.csv line 2, column kind: `mended` is not `opened`, `acknowledged`, `restored`, `reopened`, `finished` or `dropped`",
        ),
        (
            "git_commit",
            format!("{commit}acme,web,,,2026-01-09T10:00:00Z\n"),
            "git_commit.csv line 2, column sha: `` is empty: fill it in, or remove the row",
        ),
    ] {
        let folder = Folder::new().with(&format!("data/{file}.csv"), text);
        let complaint = folder.complaint("--delivery");
        assert!(complaint.starts_with("exit 1\n") && complaint.contains(said), "{file}: {complaint}");
        assert!(!folder.has("data/dora_month.csv"), "{file}");
    }
}

#[test]
fn what_is_empty_but_may_be_and_what_hangs_on_nothing_is_no_odd_cell_of_delivery() {
    let deployments = "\
deployment_id,org,repo,environment,tier,sha,created_at,succeeded_at,finished_at,outcome
D1,acme,web,production,Blue,,2026-01-09T10:00:00Z,2026-01-09T10:05:00Z,2026-01-09T10:05:00Z,
D2,acme,web,production,,b2,2026-01-08T10:00:00Z,2026-01-01T10:00:00Z,2026-01-01T10:00:00Z,success
";
    let events = "incident_id,at,kind\nnobody,2026-01-09T10:00:00Z,restored\n";
    let folder = Folder::new().with("data/deployment.csv", deployments).with("data/incident_event.csv", events);
    folder.calculated("--delivery --out out");
    assert_eq!(folder.rows("out/calculated_deployment.csv").lines().count(), 2, "of one the end is before its begin");
}
