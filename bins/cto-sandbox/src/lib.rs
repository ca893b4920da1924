#![doc = include_str!("../README.md")]

mod arguments;

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use command_line::{Outcome, report, say};
use sandbox::clouds::{Bills, CloudConfig, GoogleKey};
use sandbox::gitlab::GitlabConfig;
use sandbox::server::{Conduct, Config, Server};
use sandbox::view::View;
use sandbox::{Organisation, write_csv_folder, write_store};

pub use arguments::{Arguments, Trouble};

/// Does what the command line asks for; a failure is told on standard error.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    if let Some(contradiction) = arguments.contradiction() {
        report!("cto-sandbox: {contradiction}");
        return Outcome::Usage;
    }
    match write_and_serve(arguments) {
        Ok(()) => Outcome::Done,
        Err(error) => {
            report!("cto-sandbox: {error:#}");
            Outcome::Failed
        }
    }
}

fn write_and_serve(arguments: &Arguments) -> Result<()> {
    if let Some(folder) = &arguments.record {
        make_empty_folder(folder)?;
    }
    let organisation = Organisation::generate(&arguments.options());
    let bills = organisation.bills();
    let bills_config = bills.config_yaml();
    write(arguments, &organisation, &bills)?;
    let Some(address) = arguments.serve_at() else { return Ok(()) };
    let google_key = arguments.write_google_key.is_some().then(|| Arc::new(GoogleKey::generate()));
    let clouds = CloudConfig {
        quota: arguments.azure_quota,
        faults: arguments.cloud_faults(),
        google_key: google_key.clone(),
        ..CloudConfig::new(Arc::new(bills))
    };
    let view = organisation.view(arguments.now.unwrap_or(organisation.end()));
    let config = Config {
        listen: address,
        faults: arguments.server_faults(),
        conduct: Conduct { ids: arguments.ids.clone(), lacks: arguments.lacks.clone() },
        token: arguments.token.clone(),
        record: arguments.record.clone(),
        clouds: Some(clouds),
        gitlab: arguments
            .gitlab
            .then(|| GitlabConfig { token: arguments.token.clone(), faults: arguments.gitlab_faults() }),
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let key = arguments.write_google_key.as_deref().zip(google_key.as_deref());
    runtime.block_on(serve(view, config, |url| {
        // Boards of GitLab are known by its address, which is in the configuration for whoever computes later.
        if let Some(file) = arguments.write_config.as_deref().filter(|_| arguments.gitlab) {
            write_text(file, &(organisation.gitlab_config_yaml(Some(url)) + &bills_config))?;
        }
        if let Some((file, key)) = key {
            let text = key.service_account_json(url);
            write_key(file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }))
}

fn write(arguments: &Arguments, organisation: &Organisation, bills: &Bills) -> Result<()> {
    if let Some(folder) = &arguments.write_csv {
        write_csv_folder(organisation, folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    if let Some(url) = &arguments.write_store {
        write_store(organisation, url).with_context(|| format!("cannot write to {url}"))?;
    }
    if let Some(folder) = &arguments.write_truth {
        let now = arguments.now.unwrap_or(organisation.end());
        let written = organisation.truth(now).write(folder).and_then(|()| bills.write_invoices(now, folder));
        let ci = organisation.ci_truth(now);
        let written = written.and_then(|()| if ci.runs.is_empty() { Ok(()) } else { ci.write(folder) });
        written.with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    if let Some(file) = &arguments.write_config {
        let of_github = || organisation.config_yaml() + &organisation.ci_config_yaml();
        let text = if arguments.gitlab { organisation.gitlab_config_yaml(None) } else { of_github() };
        write_text(file, &(text + &bills.config_yaml()))?;
    }
    Ok(())
}

fn write_text(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// A folder for recordings. Files of an earlier recording would stay between the new ones.
fn make_empty_folder(folder: &Path) -> Result<()> {
    let place = folder.display();
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {place} for --record"))?;
    let mut entries = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {place}"))?;
    ensure!(entries.next().is_none(), "{place} is not empty: --record needs an empty folder, or one to make");
    Ok(())
}

/// Writes a key that only its owner may read.
fn write_key(file: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

/// Serves until it is interrupted. `write` gets the address before it is told to anybody.
async fn serve(view: View, config: Config, write: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let address = config.listen;
    let mut interruption = command_line::interruption().context("cannot wait for an interruption")?;
    let server = Server::start(view, config).await.map_err(|error| {
        let advice = if error.kind() == io::ErrorKind::AddrInUse {
            ": another program listens there; take another port with --listen, or port 0 for a free one"
        } else {
            ""
        };
        anyhow::Error::new(error).context(format!("cannot listen at {address}{advice}"))
    })?;
    write(&server.url())?;
    say!("listening on {}", server.url());
    interruption.next().await;
    server.stop().await;
    Ok(())
}
