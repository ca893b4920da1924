#![doc = include_str!("../README.md")]

mod arguments;

use std::io::{self, Write as _};
use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use command_line::Outcome;
use sandbox::server::{Config, Server};
use sandbox::view::View;
use sandbox::{Organisation, write_csv_folder, write_store};

pub use arguments::{Arguments, Trouble};

/// Does what the command line asks for; a failure is told on standard error.
pub fn run(arguments: &Arguments) -> Outcome {
    if let Some(shell) = arguments.completions {
        command_line::print_completions::<Arguments>(shell);
        return Outcome::Done;
    }
    match write_and_serve(arguments) {
        Ok(()) => Outcome::Done,
        Err(error) => {
            eprintln!("error: {error:#}");
            Outcome::Failed
        }
    }
}

fn write_and_serve(arguments: &Arguments) -> Result<()> {
    let organisation = Organisation::generate(&arguments.options());
    write(arguments, &organisation)?;
    let Some(address) = arguments.serve_at() else { return Ok(()) };
    let view = organisation.view(arguments.now.unwrap_or(organisation.end()));
    let config = Config {
        listen: address,
        faults: arguments.server_faults(),
        token: arguments.token.clone(),
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(serve(view, config, address))
}

fn write(arguments: &Arguments, organisation: &Organisation) -> Result<()> {
    if let Some(folder) = &arguments.write_csv {
        write_csv_folder(organisation, folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    if let Some(url) = &arguments.write_store {
        write_store(organisation, url).with_context(|| format!("cannot write to {url}"))?;
    }
    if let Some(folder) = &arguments.write_truth {
        let truth = organisation.truth(arguments.now.unwrap_or(organisation.end()));
        truth.write(folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    if let Some(file) = &arguments.write_config {
        std::fs::write(file, organisation.config_yaml()).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// Serves until it is interrupted.
async fn serve(view: View, config: Config, address: SocketAddr) -> Result<()> {
    let server = Server::start(view, config).await.with_context(|| format!("cannot listen at {address}"))?;
    let mut out = io::stdout();
    writeln!(out, "listening on {}", server.url())
        .and_then(|()| out.flush())
        .context("cannot write to standard output")?;
    tokio::signal::ctrl_c().await.context("cannot wait for an interruption")?;
    server.stop().await;
    Ok(())
}
