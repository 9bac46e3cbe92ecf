//! The TLS flags of `serve`: a certificate from files, or a self-signed one made at start.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};

use super::environment::source;
use super::first_steps::shell_quoted;
use super::named_files::refuse;
use super::value;
use crate::app_state::ReloadHook;
use crate::input::{can_be_read_again, read_small_file};
use crate::json_file::{FileError, FileErrors};
use crate::server::{Tls, TlsError};
use crate::system;

/// The flags as they were given.
#[derive(Debug, ClapArgs)]
#[group(skip)]
pub struct Args {
    /// Serve HTTPS with this certificate chain (PEM); needs --tls-key
    #[arg(help_heading = "TLS", long = "tls-cert", value_name = "FILE", env = "CORTEX_MOCK_TLS_CERT")]
    cert: Option<PathBuf>,
    /// Use this private key (PEM) for --tls-cert
    #[arg(help_heading = "TLS", long = "tls-key", value_name = "FILE", env = "CORTEX_MOCK_TLS_KEY")]
    key: Option<PathBuf>,
    /// Serve HTTPS with a certificate made at start
    #[arg(help_heading = "TLS", long = "tls-self-signed", env = "CORTEX_MOCK_TLS_SELF_SIGNED", value_parser = value::switch())]
    self_signed: bool,
    /// Add a host name or address to that certificate; repeatable
    ///
    /// Localhost, the loopback addresses and the address of --listen are always in it.
    #[arg(help_heading = "TLS", long = "tls-name", value_name = "NAME", env = "CORTEX_MOCK_TLS_NAME", value_delimiter = ',', value_parser = name_parser())]
    name: Vec<String>,
    /// Write that certificate to FILE, for clients to trust; - prints it
    #[arg(help_heading = "TLS", long = "tls-write-cert", value_name = "FILE", env = "CORTEX_MOCK_TLS_WRITE_CERT")]
    write_cert: Option<PathBuf>,
}

/// In a list, a blank may follow a comma.
fn name_parser() -> impl TypedValueParser<Value = String> {
    NonEmptyStringValueParser::new().map(|name| name.trim().to_owned())
}

impl Args {
    /// What the server is to speak; `None` is clear text. Writes the certificate where that is wanted.
    pub fn tls(&self, listen: SocketAddr) -> Result<Option<Tls>, String> {
        match (&self.cert, &self.key) {
            (Some(_), Some(_)) if self.self_signed => {
                let [made, certificate, key] = ["--tls-self-signed", "--tls-cert", "--tls-key"].map(source);
                refuse(&format!("{made} makes a certificate: it goes without {certificate} and {key}"))
            }
            (Some(_), None) => refuse(&format!("{} needs its private key: add --tls-key FILE", source("--tls-cert"))),
            (None, Some(_)) => refuse(&format!("{} needs its certificate: add --tls-cert FILE", source("--tls-key"))),
            (_, _) if !self.self_signed && !self.name.is_empty() => {
                refuse(&format!("{} is for the certificate of --tls-self-signed: add that flag", source("--tls-name")))
            }
            (_, _) if !self.self_signed && self.write_cert.is_some() => refuse(&format!(
                "{} is for the certificate of --tls-self-signed: add that flag",
                source("--tls-write-cert")
            )),
            (Some(certificate), Some(key)) => given(certificate, key).map(Some),
            (None, None) if self.self_signed => self.made(listen).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The files of the certificate that `tls` serves, if they can be read again.
    pub fn files(&self, tls: &Tls) -> Option<Box<dyn ReloadHook>> {
        let (certificate, key) = (self.cert.clone()?, self.key.clone()?);
        let is_reloadable = can_be_read_again(&certificate) && can_be_read_again(&key);
        is_reloadable.then(|| Box::new(CertificateFiles { certificate, key, tls: tls.clone() }) as _)
    }

    fn made(&self, listen: SocketAddr) -> Result<Tls, String> {
        let address = Some(listen.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
        let tls = match Tls::self_signed(self.name.iter().cloned().chain(address)) {
            Ok(tls) => tls,
            Err(TlsError::Name(name)) => refuse(&format!(
                "{} {name:?} is no host name and no IP address; accepted: such as audit-logs.test or 192.0.2.7",
                source("--tls-name")
            )),
            Err(error) => return Err(format!("--tls-self-signed: {error}")),
        };
        if let Some(path) = self.write_cert.as_ref().filter(|path| !is_standard_output(path)) {
            let written = fs::write(path, tls.certificate());
            written.map_err(|error| {
                format!("cannot write {} ({}): {error}", path.display(), source("--tls-write-cert"))
            })?;
        }
        Ok(tls)
    }

    /// The further names in the certificate.
    pub fn names(&self) -> &[String] {
        &self.name
    }

    /// The option by which curl accepts the certificate: its file, or else without a check.
    pub fn curl_option(&self) -> String {
        let file = self.write_cert.as_ref().filter(|path| path.is_file());
        file.map_or("-k".to_owned(), |path| format!("--cacert {}", shell_quoted(&path.display().to_string())))
    }

    /// Whether the certificate is to be printed.
    pub fn prints(&self) -> bool {
        self.write_cert.as_deref().is_some_and(is_standard_output)
    }
}

/// A certificate and its key, each a file, and the TLS that uses them.
#[derive(Debug)]
struct CertificateFiles {
    certificate: PathBuf,
    key: PathBuf,
    tls: Tls,
}

impl ReloadHook for CertificateFiles {
    fn files(&self) -> Vec<String> {
        [&self.certificate, &self.key].map(|path| path.display().to_string()).into()
    }

    fn read(&self) -> Result<Box<dyn FnOnce()>, FileErrors> {
        let new = given(&self.certificate, &self.key);
        let new = new.map_err(|reason| FileErrors(vec![FileError::whole_file("certificate", reason)]))?;
        let tls = self.tls.clone();
        Ok(Box::new(move || tls.replace(&new)))
    }
}

fn given(certificate: &Path, key: &Path) -> Result<Tls, String> {
    let read = |path: &Path, flag: &str| {
        read_small_file(path).map_err(|error| format!("cannot read {} ({flag}): {error}", path.display()))
    };
    let (cert_flag, key_flag) = (source("--tls-cert"), source("--tls-key"));
    let tls = Tls::from_pem(&read(certificate, &cert_flag)?, &read(key, &key_flag)?);
    let tls = tls.map_err(|error| match error {
        TlsError::Key(_) => format!("{} ({key_flag}): {error}", key.display()),
        TlsError::Certificate(_) => format!("{} ({cert_flag}): {error}", certificate.display()),
        error => format!("{} ({cert_flag}) with {} ({key_flag}): {error}", certificate.display(), key.display()),
    })?;
    if let Some(warning) = tls.validity_warning() {
        tracing::warn!("{} ({cert_flag}): {warning}", certificate.display());
    }
    if system::is_writable_by_others(key) {
        let key = key.display();
        tracing::warn!("{key} ({key_flag}): every user of this machine can replace the private key; chmod o-w {key}");
    }
    Ok(tls)
}

fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-")
}
