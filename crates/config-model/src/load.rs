//! The file, and the environment over it.

use std::path::{Path, PathBuf};

use crate::{Config, ConfigError, TextError, read_text, yaml};

/// The file that is read when none is named: `CONFIG_PATH`, else `./config.yml`.
pub fn default_path() -> PathBuf {
    std::env::var_os("CONFIG_PATH").map_or_else(|| PathBuf::from("config.yml"), PathBuf::from)
}

/// Reads the configuration: `named` (from a flag), else `CONFIG_PATH`, else `./config.yml`, then the environment.
///
/// A missing file is an error when it was named by flag or variable; a missing `./config.yml` is an empty
/// configuration. The second value is the file that was read, `None` when there was none.
pub fn load(named: Option<&Path>) -> Result<(Config, Option<PathBuf>), ConfigError> {
    let path = named.map_or_else(default_path, Path::to_path_buf);
    let must_exist = named.is_some() || std::env::var_os("CONFIG_PATH").is_some();
    let (config, file) = match read_text(&path) {
        Ok(text) => (Config::from_yaml(&text, &path.display().to_string())?, Some(path)),
        Err(TextError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => {
            (Config::default(), None)
        }
        Err(source) => return Err(ConfigError::Unreadable { path, source }),
    };
    let origin = if file.is_some() { config.origin.clone() } else { "environment".to_owned() };
    let mut config = config.with_environment()?;
    config.take_teams(&origin, std::env::var("CONFIG").ok().as_deref())?;
    config.check(&origin)?;
    config.origin = origin;
    Ok((config, file))
}

impl Config {
    /// Reads and checks the text of a configuration; `file` is its name in errors. No environment.
    pub fn from_yaml(text: &str, file: &str) -> Result<Self, ConfigError> {
        let mut config: Self = yaml::parse(text, file)?;
        file.clone_into(&mut config.origin);
        config.check(file)?;
        Ok(config)
    }
}
