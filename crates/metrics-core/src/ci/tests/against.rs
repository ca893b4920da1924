//! What CI costs set against delivery.

use model::tables::Deployment;

use super::{Life, second};

/// Repositories of which each has a deployment and a cent and a fifth more than the one before.
fn repositories(count: i64) -> Life {
    let mut life = Life::default();
    for place in 1..=count {
        let (run, repo) = (place.to_string(), format!("r{place:02}"));
        life.attempt(&run, 1, 0, 100, "success").repo.clone_from(&repo);
        for job in 0..2 * place {
            life.job(&run, 1, &format!("test {job}"), [0, 60], "success").repo.clone_from(&repo);
        }
        for number in 0..place {
            let at = second(3_600 * number);
            life.deployments.push(Deployment {
                id: format!("{repo}/{number}"),
                org: "acme".into(),
                repo: repo.clone(),
                environment: "production".into(),
                sha: format!("{repo}-{number}"),
                created_at: at,
                started_at: Some(at),
                succeeded_at: Some(at),
                finished_at: Some(at),
                outcome: "success".into(),
                host: "github.com".into(),
                ..Deployment::default()
            });
        }
    }
    life
}

#[test]
fn the_line_through_repositories_is_told_at_the_cost_of_each_from_ten_on() {
    let columns = ["measure", "ci_cost", "line", "low", "high"];
    assert_eq!(repositories(9).cells("cost_delivery_line", "USD", &columns), Vec::<String>::new());
    let lines = repositories(10).cells("cost_delivery_line", "USD", &columns);
    assert_eq!(lines.len(), 10, "{lines:?}");
    assert_eq!(lines[0], "deployments,0.012,1.000000,1.000000,1.000000");
    assert_eq!(lines[9], "deployments,0.12,10.000000,10.000000,10.000000");
    let columns = ["pairs", "pearson", "spearman"];
    let of = |count: i64| repositories(count).cells("cost_delivery_link", "USD,repositories,deployments", &columns);
    assert_eq!((of(9), of(10)), (vec!["9,,".to_owned()], vec!["10,1.000000,1.000000".to_owned()]));
}
