//! Feeds that are files beside the configuration: samples, and exports that some other program leaves there.

use super::{FailureKind, Fetched, Meta, Request};

/// Reads a file under the request's root, unless its date and length are those of the last time.
pub(super) async fn read(request: &Request, cap: usize) -> Fetched {
    match contents(request, cap).await {
        Ok(fetched) => fetched,
        Err(kind) => Fetched::Failed(kind.into()),
    }
}

async fn contents(request: &Request, cap: usize) -> Result<Fetched, FailureKind> {
    let named = request.url.to_file_path().map_err(|()| FailureKind::Scheme("file".into()))?;
    let shown = named.display().to_string();
    let Some(root) = &request.file_root else { return Err(FailureKind::FileOutside(shown)) };
    let io = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => FailureKind::NoSuchFile(shown.clone()),
        _ => FailureKind::File(error.to_string()),
    };
    // Links are resolved first, so that one cannot lead out of the folder.
    let path = tokio::fs::canonicalize(&named).await.map_err(io)?;
    let root = tokio::fs::canonicalize(root).await.map_err(io)?;
    if !path.starts_with(&root) {
        return Err(FailureKind::FileOutside(shown));
    }
    let facts = tokio::fs::metadata(&path).await.map_err(io)?;
    if !facts.is_file() {
        return Err(FailureKind::File("it is not a plain file".into()));
    }
    if facts.len() > cap as u64 {
        return Err(FailureKind::TooLarge(cap));
    }
    let changed =
        facts.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let etag = changed.map(|at| format!("\"{}-{}\"", at.as_nanos(), facts.len()));
    let meta = Meta { etag, final_url: Some(request.url.clone()), ..Meta::default() };
    if meta.etag.is_some() && meta.etag == request.etag {
        return Ok(Fetched::NotModified(meta));
    }
    let bytes = tokio::fs::read(&path).await.map_err(io)?;
    Ok(Fetched::Body { meta, bytes: bytes.into() })
}
