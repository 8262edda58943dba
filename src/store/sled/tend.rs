//! Looks after the size of the store on the disk.

use chrono::{DateTime, Utc};

use super::{
    Base, Fault, StoreError, Tended, Writer, fresh,
    guard::{self},
};
use crate::store::size::{PURGE_EVERY, out_of_proportion, wanted, worth_counting};

impl Writer {
    /// Copies the store where that is due; says how it is.
    pub(super) fn tend(&mut self, now: DateTime<Utc>) -> Result<Tended, StoreError> {
        self.reopen()?;
        let dir = self.guard.dir.clone();
        let bytes = fresh::size(&guard::database(&dir));
        let mut tended = Tended {
            at: now,
            bytes,
            kept: None,
            copied: self.copied,
            purge: self.purge,
            put_off: None,
        };
        let rested = self.copied.is_none_or(|(at, _)| now - at >= PURGE_EVERY);
        let must = self.purge && rested;
        if !must && !worth_counting(bytes, self.copied.map(|(_, sizes)| sizes)) {
            return Ok(tended);
        }
        let base = self.base.as_mut().ok_or(StoreError::Closed)?;
        let kept = base.guarded(&dir, |base| base.kept())?;
        tended.kept = Some(kept);
        if !must && !out_of_proportion(bytes, kept) {
            return Ok(tended);
        }
        let free = guard::free(&dir).map_err(|error| guard::io_error(&dir, &error))?;
        let wanted = wanted(bytes, kept);
        if free < wanted {
            tended.put_off = Some(format!(
                "the disk has {} MB free and a copy of the store wants {} MB",
                free / 1_000_000,
                wanted / 1_000_000
            ));
            return Ok(tended);
        }
        match self.compact() {
            Ok(sizes) => {
                self.copied = Some((now, sizes));
                (tended.bytes, tended.purge) = (sizes.after, false);
                tended.copied = self.copied;
            }
            // The old files are as they were.
            Err(error) => tended.put_off = Some(error.to_string()),
        }
        Ok(tended)
    }
}

impl Base {
    /// Bytes of all keys and records.
    fn kept(&mut self) -> Result<u64, Fault> {
        let mut kept = 0;
        for item in &self.tree {
            let (key, value) = item?;
            kept += (key.len() + value.len()) as u64;
        }
        Ok(kept)
    }
}
