use clap::Parser as _;

use super::*;

fn plan(flags: &str, config: &str, variables: &[(&str, &str)]) -> anyhow::Result<Plan> {
    let words = std::iter::once("cto-api").chain(flags.split_whitespace());
    let arguments = Arguments::try_parse_from(words).expect("flags");
    let config = Config::from_yaml(config, "config.yml").expect("a configuration");
    let read = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Plan::new(&arguments, &config, &read)
}

fn planned(flags: &str, config: &str, variables: &[(&str, &str)]) -> Plan {
    plan(flags, config, variables).expect("a plan")
}

fn refused(flags: &str, config: &str, variables: &[(&str, &str)]) -> String {
    plan(flags, config, variables).expect_err("refused").to_string()
}

#[test]
fn without_anything_it_is_this_computer_and_the_data_folder() {
    let plan = planned("", "", &[]);
    assert_eq!(plan.address.to_string(), "127.0.0.1:8080");
    assert!(matches!(plan.http.authentication, Authentication::None));
    assert_eq!((plan.look_every, plan.connections), (Some(Duration::from_secs(5)), 512));
    assert_eq!(plan.source, Source::new("data".into(), None));
    assert_eq!(plan.rules.usual, RuleSet::Flow);
}

#[test]
fn flags_go_above_the_configuration() {
    let config = "server: {addr: '127.0.0.1:1', base_path: /a, hosts: [a.example, b.example], reload_seconds: 9, data: d}\nmetrics: {rules: cto-stats}";
    let of_file = planned("", config, &[]);
    assert_eq!((of_file.address.port(), of_file.http.base_path.as_str()), (1, "/a"));
    assert_eq!(of_file.http.hosts, ["a.example", "b.example"]);
    assert_eq!(of_file.rules.usual, RuleSet::CtoStats);
    let flags = "--addr 127.0.0.1:2 --base-path /b --host c.example,d.example --reload-seconds 0 --data e --rules flow";
    let of_flags = planned(flags, config, &[]);
    assert_eq!((of_flags.address.port(), of_flags.http.base_path.as_str()), (2, "/b"));
    assert_eq!(of_flags.http.hosts, ["c.example", "d.example"]);
    assert_eq!((of_flags.look_every, of_flags.rules.usual), (None, RuleSet::Flow));
    assert_eq!(of_flags.source, Source::new("e".into(), None));
}

#[test]
fn the_dashboards_folder_comes_from_the_flag_above_the_configuration() {
    let config = "server: {ui: of-file}";
    assert_eq!(planned("", "", &[]).ui, None);
    assert_eq!(planned("", config, &[]).ui, Some("of-file".into()));
    assert_eq!(planned("--ui of-flag", config, &[]).ui, Some("of-flag".into()));
}

#[test]
fn a_blank_text_is_none() {
    let words = ["cto-api", "--addr=", "--store=", "--host=", "--user= "];
    let arguments = Arguments::try_parse_from(words).expect("flags");
    let plan = Plan::new(&arguments, &Config::default(), &|_| None).expect("a plan");
    assert_eq!(plan.address.to_string(), "127.0.0.1:8080");
    assert_eq!(plan.source, Source::new("data".into(), None));
    assert!(plan.http.hosts.is_empty());
}

#[test]
fn what_there_are_secrets_for_is_asked_for() {
    let tokens = [("CTO_API_TOKENS", "one two")];
    let auth = planned("", "", &tokens).http.authentication;
    assert!(matches!(&auth, Authentication::Bearer(tokens) if tokens.len() == 2), "{auth:?}");
    assert!(!format!("{auth:?}").contains("one"), "secrets are not shown");
    let password = [("CTO_API_PASSWORD", "hush")];
    let auth = planned("--user ada", "", &password).http.authentication;
    assert!(matches!(&auth, Authentication::Basic { user, .. } if user == "ada"), "{auth:?}");
    let auth = planned("--auth none", "", &tokens).http.authentication;
    assert!(matches!(auth, Authentication::None), "an explicit none is none");
    assert!(refused("", "", &[tokens[0], password[0]]).contains("--auth bearer or --auth basic"));
}

#[test]
fn authentication_without_secrets_names_what_is_missing() {
    assert!(refused("--auth bearer", "", &[]).contains("CTO_API_TOKENS"));
    assert!(refused("--auth basic --user ada", "", &[]).contains("CTO_API_PASSWORD"));
    assert!(refused("--auth basic", "", &[("CTO_API_PASSWORD", "hush")]).contains("CTO_API_USER"));
    assert!(refused("", "server: {auth: bearer}", &[]).contains("server.tokens_file"));
}

#[test]
fn an_address_of_a_network_needs_authentication_or_an_explicit_none_with_host_names() {
    for address in ["0.0.0.0:80", "10.0.0.5:80", "[::]:80", "[2001:db8::1]:80"] {
        let message = refused(&format!("--addr {address}"), "", &[]);
        assert!(message.contains(address) && message.contains("CTO_API_TOKENS"), "{message}");
        let message = refused(&format!("--addr {address} --auth none"), "", &[]);
        assert!(message.contains("--host"), "{message}");
        planned(&format!("--addr {address} --auth none --host cto.example"), "", &[]);
        planned(&format!("--addr {address}"), "", &[("CTO_API_TOKENS", "one")]);
    }
    planned("", "server: {addr: '0.0.0.0:80', auth: none, hosts: [cto.example]}", &[]);
    for address in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "localhost:80"] {
        planned(&format!("--addr {address}"), "", &[]);
    }
}

#[test]
fn an_address_in_the_originals_form_is_answered_with_both_that_it_may_mean() {
    let message = refused("--addr :8080", "", &[]);
    assert!(message.contains("127.0.0.1:8080") && message.contains("0.0.0.0:8080"), "{message}");
    assert!(refused("--addr example.com", "", &[]).contains("127.0.0.1:8080"));
}

#[test]
fn rules_that_only_flow_refuses_still_serve_cto_stats() {
    let config = "github: {projects: [{id: 1, dev_start_columns: [Doing], qa_start_columns: [Doing]}]}";
    assert!(refused("", config, &[]).contains("listed for two steps"));
    let rules = planned("--rules cto-stats", config, &[]).rules;
    assert!(rules.cto_stats.is_ok());
    assert!(rules.flow.expect_err("refused").contains("listed for two steps"));
}

#[test]
fn a_proxy_that_is_no_address_is_named() {
    assert!(refused("--trusted-proxy nginx", "", &[]).contains("\"nginx\" is neither an address nor a network"));
    assert_eq!(planned("--trusted-proxy 10.0.0.0/8,127.0.0.1", "", &[]).http.trusted_proxies.len(), 2);
}

#[test]
fn webhooks_are_received_where_there_is_a_secret_and_its_file_is_named_when_it_is_not_there() {
    assert!(planned("", "", &[]).webhooks.is_empty());
    assert!(planned("", "", &[("CTO_WEBHOOK_SECRET", "hush")]).webhooks.contains_key(&Sender::Github));
    let config = "server: {webhook_secret_file: of-the-file}";
    for (flags, file) in [("", "of-the-file"), ("--webhook-secret-file of-the-flag", "of-the-flag")] {
        let error = refused(flags, config, &[]);
        assert!(error.contains(&format!("the webhook-secret file {file} cannot be read")), "{error}");
        assert!(error.contains("--webhook-secret-file"), "{error}");
    }
}

#[test]
fn a_collector_is_told_by_the_variables_of_opentelemetry_above_the_configuration() {
    let config = "otlp: {endpoint: 'https://a.example/v1/metrics', temporality: delta, units: em, environment: eu, epoch: 2026-10-01}";
    assert!(planned("", "", &[]).collector.is_none());
    let collector = planned("", config, &[]).collector.expect("a collector");
    assert!(collector.deltas && collector.epoch.is_some());
    assert_eq!((collector.units, collector.about.service.as_str()), (otlp_export::Units::Words, "cto-metrics"));
    assert_eq!(collector.about.environment.as_deref(), Some("eu"));
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Cumulative"),
        ("OTEL_SERVICE_NAME", "ours"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "dd-api-key=a%2Cb, x=y"),
    ];
    let collector = planned("", config, &variables).collector.expect("a collector");
    assert!(!collector.deltas);
    assert_eq!(collector.about.service, "ours");
    let of_em_metrics = [("OTEL_COLLECTOR_URL", "http://localhost:4318/v1/metrics")];
    assert!(planned("", "", &of_em_metrics).collector.is_some());
}

#[test]
fn a_collector_that_cannot_be_sent_to_is_refused_at_the_start_without_its_key() {
    let address = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://collector:4318/v1/metrics");
    assert!(refused("", "", &[address]).contains("otlp.trusted_hosts"));
    assert!(planned("", "otlp: {trusted_hosts: [collector]}", &[address]).collector.is_some());
    let here = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://127.0.0.1:4318/v1/metrics");
    for (name, value, words) in [
        ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2", "NAME=VALUE"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "key=%ff", "NAME=VALUE"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "key=hunter%0A2", "`key`"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "lowmemory", "cumulative or delta"),
    ] {
        let message = refused("", "", &[here, (name, value)]);
        assert!(message.contains(words) && !message.contains("hunter"), "{message}");
    }
}

#[test]
fn who_may_push_is_said_by_tokens_of_their_own_or_by_what_em_metrics_was_given() {
    assert!(planned("", "", &[("CTO_API_TOKENS", "for-reading")]).http.pushing.is_none());
    for name in ["CTO_EVENT_TOKENS", "EM_METRICS_TOKEN_AUTH"] {
        let pushing = planned("", "", &[(name, "one, two")]).http.pushing.expect("somebody may push");
        assert_eq!((pushing.tokens.len(), pushing.user.is_some()), (2, false), "{name}");
    }
    let basic = [("CTO_EVENT_TOKENS", "one"), ("CTO_API_PASSWORD", "secret")];
    assert!(planned("--user me", "", &basic).http.pushing.is_some_and(|pushing| pushing.user.is_some()));
    assert!(planned("--user me", "", &basic[1..]).http.pushing.is_none(), "a user for reading alone opens nothing");
    let of_em = [("EM_METRICS_BASIC_AUTH_USERNAME", "me"), ("EM_METRICS_BASIC_AUTH_PASSWORD", "secret")];
    let plan = planned("", "", &of_em);
    assert!(matches!(plan.http.authentication, Authentication::Basic { .. }));
    assert!(plan.http.pushing.is_some_and(|pushing| pushing.tokens.is_empty() && pushing.user.is_some()));
    assert!(refused("", "", &of_em[..1]).contains("EM_METRICS_BASIC_AUTH_PASSWORD is not"));
    assert!(refused("", "", &[("EM_METRICS_NO_AUTH", "false")]).contains("CTO_EVENT_TOKENS"));
    for (flags, config) in [("", "server: {event_tokens_file: nowhere}"), ("--event-tokens-file nowhere", "")] {
        assert!(refused(flags, config, &[]).contains("--event-tokens-file"), "{flags} {config}");
    }
}
