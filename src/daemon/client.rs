//! The other end of the control socket: how a command reaches a running daemon.

use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    command::{Checked, Explanation, FeedReport, Reloaded, Status},
    control::{Begun, Poll},
    socket_path,
};
use crate::{
    refresh::orders::{Obeyed, Order},
    store::Snapshot,
};

/// Why a running daemon could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// It was not reached, or broke off.
    #[error("the running folkmoot does not answer: {0}")]
    Unreachable(String),
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// It knows nothing of the kind.
    #[error("{0}")]
    Unknown(String),
}

/// A running daemon.
#[derive(Debug, Clone)]
pub struct Remote {
    http: reqwest::Client,
}

impl Remote {
    /// The daemon that holds a data directory; `None` when none does.
    pub async fn find(data_dir: &Path) -> Option<Self> {
        let socket = socket_path(data_dir);
        // A socket without a daemon behind it is left over from one that was killed.
        tokio::net::UnixStream::connect(&socket).await.ok()?;
        let http = reqwest::Client::builder().unix_socket(socket).no_proxy().build().ok()?;
        Some(Self { http })
    }

    /// How it is.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn status(&self) -> Result<Status, RemoteError> {
        self.get("status").await
    }

    /// Its feeds.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn feeds(&self) -> Result<Vec<FeedReport>, RemoteError> {
        self.get("feeds").await
    }

    /// All that it knows.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn state(&self) -> Result<Snapshot, RemoteError> {
        self.get("state").await
    }

    /// Why an event is as it is.
    ///
    /// # Errors
    /// When it does not answer or does not know the event.
    pub async fn explain(&self, id: &str) -> Result<Explanation, RemoteError> {
        self.get(&format!("explain/{}", escaped(id))).await
    }

    /// Reads feeds.toml again.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn reload(&self) -> Result<Reloaded, RemoteError> {
        self.post("reload", &()).await
    }

    /// Takes over feeds.toml whatever it takes away.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn apply(&self) -> Result<Reloaded, RemoteError> {
        self.post("apply", &()).await
    }

    /// Does what the operator says.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn order(&self, order: &Order) -> Result<Obeyed, RemoteError> {
        self.post("order", order).await
    }

    /// Reads the kept body of a feed again.
    ///
    /// # Errors
    /// When it does not answer, or there is nothing to read.
    pub async fn replay(&self, feed: &str) -> Result<Checked, RemoteError> {
        self.post(&format!("replay/{}", escaped(feed)), &()).await
    }

    /// Checks feeds now. `begun` is told which, then `each` of every check as it ends.
    ///
    /// # Errors
    /// When it does not answer or does not know a feed.
    pub async fn poll(
        &self,
        feeds: Vec<String>,
        begun: impl FnOnce(&[String]),
        mut each: impl FnMut(&Checked),
    ) -> Result<Vec<Checked>, RemoteError> {
        let request = self.http.post("http://daemon/poll").json(&Poll { feeds });
        let mut response = sent(request).await?;
        let (mut begun, mut rest, mut all) = (Some(begun), Vec::new(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|e| broken(&e))? {
            rest.extend_from_slice(&chunk);
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = rest.drain(..=end).collect();
                if let Some(begun) = begun.take() {
                    begun(&parsed::<Begun>(&line)?.feeds);
                } else {
                    let checked = parsed::<Checked>(&line)?;
                    each(&checked);
                    all.push(checked);
                }
            }
        }
        Ok(all)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        let response = sent(self.http.get(format!("http://daemon/{path}"))).await?;
        parsed(&response.bytes().await.map_err(|e| broken(&e))?)
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, RemoteError> {
        let request = self.http.post(format!("http://daemon/{path}")).json(body);
        parsed(&sent(request).await?.bytes().await.map_err(|e| broken(&e))?)
    }
}

async fn sent(request: reqwest::RequestBuilder) -> Result<reqwest::Response, RemoteError> {
    let response = request.send().await.map_err(|error| broken(&error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let words = response.text().await.map_err(|error| broken(&error))?;
    Err(match status {
        reqwest::StatusCode::NOT_FOUND => RemoteError::Unknown(words),
        _ => RemoteError::Refused(words),
    })
}

fn broken(error: &reqwest::Error) -> RemoteError {
    RemoteError::Unreachable(error.to_string())
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RemoteError> {
    serde_json::from_slice(bytes).map_err(|error| RemoteError::Unreachable(error.to_string()))
}

fn escaped(part: &str) -> String {
    percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string()
}
