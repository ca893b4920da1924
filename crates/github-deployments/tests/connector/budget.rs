//! How many calls it takes.

use connector_testing::{Simulated, Stage};
use serde_json::Value;

use crate::graph::{line, repository};
use crate::shipped::{Deployments, Releases, deployment};

#[tokio::test]
async fn a_thousand_deployments_and_ten_thousand_commits_take_at_most_120_calls() {
    let deployments: Vec<Value> = (1..=1000).map(deployment).collect();
    let setting = Stage::<Deployments>::new(Simulated::with(deployments), 100).await;
    let of_deployments = setting.import_all().await;
    let releases = Stage::<Releases>::new(Simulated::default(), 100).await;
    let of_releases = releases.import_all().await;

    // Each tenth commit is deployed, a minute after it was made.
    let names: Vec<(String, i64)> = (0..1000).map(|at| (format!("c{}", at * 10 + 9), at * 10 + 10)).collect();
    let shipped: Vec<(&str, i64)> = names.iter().map(|(sha, at)| (sha.as_str(), *at)).collect();
    let graph = repository(line(10_000), 100, &shipped).await;
    let of_commits = graph.import_all().await;

    let calls = [of_deployments, of_releases, of_commits].map(|usage| usage.calls);
    assert_eq!(calls, [10, 0, 100]);
    assert!(calls.iter().sum::<u64>() <= 120);
    assert_eq!(of_commits.points, 100);
    assert_eq!((setting.stored().len(), graph.stored().len()), (1000, 10_000));

    let asked = (setting.provider.requests().len(), graph.provider.requests().len());
    for usage in [setting.import_all().await, releases.import_all().await, graph.import_all().await] {
        assert_eq!(usage.calls, 0, "nothing new");
    }
    assert_eq!((setting.provider.requests().len(), graph.provider.requests().len()), asked);
}
