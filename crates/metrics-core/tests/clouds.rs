//! The bills of `fixtures/tables`, by hand: CSV in, CSV out.

use std::path::Path;

use metrics_core::{Calculation, calculate};
use model::columns::Scopes;
use model::rules::{CloudRules, RuleSet, Rules, ServiceComparison, ServiceGroup};
use store::csv_folder::{Reading, load};

fn group(name: &str, services: &[&str]) -> ServiceGroup {
    ServiceGroup { name: name.to_owned(), services: services.iter().map(|service| (*service).to_owned()).collect() }
}

fn calculated(set: RuleSet) -> Calculation {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw");
    let raw = load(&folder, Scopes::CLOUD_SPENDING, Reading::Strict).expect("the fixture is read").raw;
    let ai = group("AI", &["Azure OpenAI", "Vertex AI"]);
    let comparison = ServiceComparison {
        name: "Machines and models".to_owned(),
        groups: vec![ai.clone(), group("VM", &["virtual machines"])],
    };
    let cloud = CloudRules { groups: vec![ai], comparisons: vec![comparison], ..CloudRules::default() };
    let rules = Rules { set, cloud, ..Rules::default() };
    calculate(&raw, &rules, None, Scopes::CLOUD_SPENDING).expect("nothing to contradict")
}

fn csv(calculation: &Calculation, name: &str) -> String {
    calculation.tables.iter().find(|table| table.name == name).expect("a table of that name").to_csv()
}

#[test]
fn bills_become_the_tables_of_flow() {
    let calculation = calculated(RuleSet::Flow);
    assert_eq!(calculation.as_of.to_rfc3339(), "2026-03-30T00:00:00Z");
    // Mean of the first six months 100, of seven 890.005 / 7; ranges 20, 40, 30, 20, 10 and 190.005, 310.005 together.
    // March: 87 × 31 / 29 and 13 that was bought; 28 × 31 / 28.
    assert_eq!(
        csv(&calculation, "cloud_spending_monthly"),
        "month,provider,cost,currency,complete,change,change_percent,days,cost_per_day,run_rate,center,ucl,lcl,signals,provisional,without\n\
         2025-08,azure,100.00,EUR,true,,,31,3.23,,,,,,false,\n\
         2025-09,azure,120.00,EUR,true,20.00,20.000000,30,4.00,,,,,,false,\n\
         2025-10,azure,80.00,EUR,true,-40.00,-33.333333,31,2.58,,,,,,false,\n\
         2025-11,azure,110.00,EUR,true,30.00,37.500000,30,3.67,,,,,,false,\n\
         2025-12,azure,90.00,EUR,true,-20.00,-18.181818,31,2.90,,,,,,false,\n\
         2026-01,azure,100.00,EUR,true,10.00,11.111111,31,3.23,,100.000000,163.840000,36.160000,,true,\n\
         2026-02,azure,290.00,EUR,true,190.00,190.005000,28,10.36,,127.143571,264.579121,0.000000,beyond_limits,true,\n\
         2026-02,gcp,44.10,USD,true,,,28,1.58,,,,,,false,\n\
         2026-02,github,0.06,USD,true,,,28,0.00,,,,,,false,\n\
         2026-03,azure,100.00,EUR,false,,,29,3.45,106.00,,,,,false,\n\
         2026-03,gcp,28.00,USD,false,,,28,1.00,31.00,,,,,false,\n"
    );
    assert_eq!(
        csv(&calculation, "cloud_spending_services"),
        "month,provider,group,cost,currency,complete,change,change_percent,days,cost_per_day,run_rate,center,ucl,lcl,signals,provisional\n\
         2026-02,azure,AI,50.00,EUR,true,,,28,1.79,,,,,,false\n\
         2026-02,gcp,AI,36.50,USD,true,,,28,1.30,,,,,,false\n\
         2026-03,gcp,AI,28.00,USD,false,,,28,1.00,31.00,,,,,false\n"
    );
    let compared = csv(&calculation, "cloud_spending_compared");
    let last: Vec<&str> = compared.lines().skip(7).collect();
    assert_eq!(
        last,
        [
            "Machines and models,2026-02,AI,50.00,EUR,true,,",
            "Machines and models,2026-02,AI,36.50,USD,true,,",
            "Machines and models,2026-02,VM,240.00,EUR,true,140.00,140.005000",
            "Machines and models,2026-03,AI,28.00,USD,false,,",
            "Machines and models,2026-03,VM,87.00,EUR,false,,",
        ]
    );
    assert_eq!(
        calculation.findings,
        [
            "azure billed 290.00 EUR in 2026-02, the last complete month: 190.0 % more than in 2026-01 (100.00).",
            "azure stands at 100.00 EUR in 2026-03 after 29 days: 106.00 for the whole month at this pace.",
            "gcp billed 44.10 USD in 2026-02, the last complete month.",
            "gcp stands at 28.00 USD in 2026-03 after 28 days: 31.00 for the whole month at this pace.",
            "github billed 0.06 USD in 2026-02, the last complete month.",
            "azure: 290.00 EUR in 2026-02, above its usual range of 0.00 to 264.58.",
        ]
    );
    assert!(calculation.notices.is_empty(), "{:?}", calculation.notices);
}

#[test]
fn bills_become_the_originals_tables_under_its_rules() {
    let calculation = calculated(RuleSet::CtoStats);
    assert_eq!(
        csv(&calculation, "cloud_spending_monthly").lines().last(),
        Some("2026-03,gcp,28.00,USD"),
        "the open month is one like the others"
    );
    assert_eq!(
        csv(&calculation, "cloud_spending_services"),
        "month,provider,group,cost,currency\n2026-02,azure,AI,50.00,EUR\n2026-02,gcp,AI,36.50,USD\n2026-03,gcp,AI,28.00,USD\n"
    );
    // Names are compared by every letter there.
    assert!(!csv(&calculation, "cloud_spending_compared").contains("VM"));
    assert!(calculation.findings.is_empty());
}
