//! The control socket: HTTP over a Unix socket in the data directory, for the command line.
//!
//! Whoever may open the socket (its owner and group) may do all this; nothing of it is on the public listener.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path as FilePath};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::net::UnixListener;

use super::command::{Control, Stopping};
use crate::refresh::orders::{Order, OrderError};

/// What `POST /poll` is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Ids of feeds; none for all that are not paused.
    #[serde(default)]
    pub feeds: Vec<String>,
}

/// The first line that `POST /poll` answers with; one [`super::command::Checked`] a line follows for each feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Ids of the feeds that are checked.
    pub feeds: Vec<String>,
}

/// Makes the socket. One that is left over from a killed daemon is replaced: the store's lock says that it is dead.
///
/// # Errors
/// When it cannot be made.
pub fn bind(path: &FilePath) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

/// Serves for as long as it is polled.
pub async fn serve(socket: UnixListener, control: Control) {
    if let Err(error) = axum::serve(socket, router(control)).await {
        tracing::error!(%error, "the control socket failed; commands cannot reach the daemon");
    }
}

/// All routes of the control socket.
pub fn router(control: Control) -> Router {
    Router::new()
        .route("/status", get(status))
        .route("/feeds", get(feeds))
        .route("/state", get(state))
        .route("/explain/{id}", get(explain))
        .route("/poll", post(poll))
        .route("/reload", post(reload))
        .route("/apply", post(apply))
        .route("/order", post(order))
        .route("/replay/{feed}", post(replay))
        .with_state(control)
}

/// Why a command came to nothing.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl From<Stopping> for Refusal {
    fn from(stopping: Stopping) -> Self {
        Self(StatusCode::SERVICE_UNAVAILABLE, stopping.to_string())
    }
}

async fn status(State(control): State<Control>) -> Result<Response, Refusal> {
    Ok(Json(control.status().await?).into_response())
}

async fn feeds(State(control): State<Control>) -> Result<Response, Refusal> {
    Ok(Json(control.status().await?.feeds).into_response())
}

async fn state(State(control): State<Control>) -> Result<Response, Refusal> {
    Ok(Json(control.state().await?).into_response())
}

async fn explain(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    match control.explain(&id).await? {
        Some(explained) => Ok(Json(explained).into_response()),
        None => Err(Refusal(StatusCode::NOT_FOUND, format!("there is no event \"{id}\""))),
    }
}

async fn reload(State(control): State<Control>) -> Result<Response, Refusal> {
    Ok(Json(control.reload().await?).into_response())
}

async fn apply(State(control): State<Control>) -> Result<Response, Refusal> {
    Ok(Json(control.apply().await?).into_response())
}

async fn order(
    State(control): State<Control>,
    asked: Result<Json<Order>, axum::extract::rejection::JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(asked) = asked.map_err(|fault| Refusal(StatusCode::BAD_REQUEST, fault.body_text()))?;
    let obeyed = control.order(asked).await?;
    obeyed.map(|obeyed| Json(obeyed).into_response()).map_err(|error| {
        let status = match error {
            OrderError::Unknown(_) => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        };
        Refusal(status, error.to_string())
    })
}

async fn replay(
    State(control): State<Control>,
    Path(feed): Path<String>,
) -> Result<Response, Refusal> {
    let replayed = control.replay(&feed).await?;
    replayed
        .map(|checked| Json(checked).into_response())
        .map_err(|words| Refusal(StatusCode::CONFLICT, words))
}

/// Answers line by line, so that the command line can show how far it is.
async fn poll(
    State(control): State<Control>,
    asked: Result<Json<Poll>, axum::extract::rejection::JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(asked) = asked.map_err(|fault| Refusal(StatusCode::BAD_REQUEST, fault.body_text()))?;
    let refused = |words| Refusal(StatusCode::CONFLICT, words);
    let (ids, checks) = control.poll(asked.feeds).await?.map_err(refused)?;
    let first = line(&Begun { feeds: ids });
    let lines = stream::unfold((Some(first), checks), |(first, mut checks)| async move {
        let next = match first {
            Some(first) => first,
            None => line(&checks.recv().await?),
        };
        Some((next, (None, checks)))
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

fn line<T: Serialize>(value: &T) -> io::Result<Bytes> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    Ok(text.into())
}
