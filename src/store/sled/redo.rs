//! What a commit changes in the tree, record by record: one batch while it is little, beyond that a file and steps.
//!
//! sled keeps in memory all that a batch makes of its pages and its log until the batch ends: 600 MB for a feed of 20,000
//! items. So a large commit is first written to a file of its own (`store/redo`: all its keys and records, compressed,
//! with a checksum) and goes into the tree in steps, its number last. What lies in a whole file is kept: whatever
//! happens in between, the next opening goes through it again. A file that is not whole yet has another name.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use sled::{Batch, IVec};

use super::{Base, CURSOR, Fault, SERIAL, guard};

/// A commit goes in one batch up to this many records…
const FEW: usize = 1_000;
/// … and this many bytes of them. The steps of a larger one are no larger.
const LITTLE: usize = 4 * 1024 * 1024;
/// What a large commit takes of the disk, in times of its bytes, until it is in the tree.
const ROOM: u64 = 2;
/// No key or record comes near this.
const LONGEST: u32 = 256 * 1024 * 1024;
/// Begins what is compressed.
const MAGIC: [u8; 16] = *b"folkmoot redo 1\n";
/// The length of a record that is to be taken away.
const GONE: u32 = u32::MAX;

/// A key, and the record to be put there; `None` takes it away.
type Change = (IVec, Option<Vec<u8>>);

/// The number of a commit, and the cursor that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) serial: u64,
    pub(super) cursor: u64,
}

/// What one commit changes, as it is gathered.
pub(super) struct Changes<'a> {
    folder: &'a Path,
    numbers: Numbers,
    few: Vec<Change>,
    bytes: usize,
    file: Option<zstd::Encoder<'static, File>>,
}

/// What was gathered.
pub(super) enum Gathered {
    /// It goes in one batch.
    Few(Batch),
    /// It lies in the file and is kept; [`Base::roll_forward`] brings it into the tree.
    Many,
}

impl<'a> Changes<'a> {
    pub(super) fn new(folder: &'a Path, numbers: Numbers) -> Self {
        Self { folder, numbers, few: Vec::new(), bytes: 0, file: None }
    }

    pub(super) fn put(&mut self, key: IVec, record: Vec<u8>) -> Result<(), Fault> {
        self.add((key, Some(record)))
    }

    pub(super) fn remove(&mut self, key: IVec) -> Result<(), Fault> {
        self.add((key, None))
    }

    fn add(&mut self, change: Change) -> Result<(), Fault> {
        self.bytes += size(&change);
        if let Some(file) = &mut self.file {
            return Ok(write_change(file, &change)?);
        }
        self.few.push(change);
        if is_more(self.few.len(), self.bytes) {
            let mut file = self.begin()?;
            self.few.drain(..).try_for_each(|change| write_change(&mut file, &change))?;
            self.file = Some(file);
        }
        Ok(())
    }

    fn begin(&self) -> io::Result<zstd::Encoder<'static, File>> {
        let mut file = zstd::Encoder::new(guard::fresh_file(&partial(self.folder))?, 1)?;
        file.include_checksum(true)?;
        file.write_all(&MAGIC)?;
        file.write_all(&self.numbers.serial.to_be_bytes())?;
        file.write_all(&self.numbers.cursor.to_be_bytes())?;
        Ok(file)
    }

    pub(super) fn finish(self) -> Result<Gathered, Fault> {
        let Some(file) = self.file else {
            let mut batch = Batch::default();
            self.few.into_iter().for_each(|change| insert(&mut batch, change));
            self.numbers.insert(&mut batch);
            return Ok(Gathered::Few(batch));
        };
        file.finish()?.sync_all()?;
        // What is kept and finds no room in the tree would stop every later commit: better to refuse it now.
        if guard::free(self.folder)? < self.bytes as u64 * ROOM {
            return Err(io::Error::from(ErrorKind::StorageFull).into());
        }
        fs::rename(partial(self.folder), path(self.folder))?;
        File::open(self.folder)?.sync_all()?;
        Ok(Gathered::Many)
    }
}

impl Numbers {
    fn insert(self, batch: &mut Batch) {
        batch.insert(CURSOR, self.cursor.to_be_bytes().to_vec());
        batch.insert(SERIAL, self.serial.to_be_bytes().to_vec());
    }
}

/// Takes away a file that did not become whole: it may hold what is to be forgotten, and room that is wanted.
pub(super) fn clear(folder: &Path) -> io::Result<()> {
    remove(&partial(folder))
}

impl Base {
    /// Brings into the tree what lies in the file, if there is one.
    pub(super) fn roll_forward(&mut self) -> Result<(), Fault> {
        clear(&self.path)?;
        let path = path(&self.path);
        if !path.exists() {
            return Ok(());
        }
        let (numbers, mut file) = open_whole(&path)?;
        let (serial, ..) = self.counters()?;
        if numbers.serial > serial + 1 {
            let words = format!("{} commits were kept, {serial} are left", numbers.serial - 1);
            return Err(Fault::Record(words));
        }
        if numbers.serial == serial + 1 {
            while let Some(batch) = read_step(&mut file)? {
                self.tree.apply_batch(batch)?;
                // What sled has not written yet it keeps in memory.
                self.db.flush()?;
            }
            let mut last = Batch::default();
            numbers.insert(&mut last);
            self.tree.apply_batch(last)?;
            self.persist()?;
        }
        remove(&path)?;
        Ok(File::open(&self.path)?.sync_all()?)
    }
}

/// Opens the file behind its head. Its checksum stands at its end, so it is read twice: nothing is believed before.
pub(super) fn open_whole(path: &Path) -> Result<(Numbers, Packed), Fault> {
    let checked = || {
        io::copy(&mut open(path)?, &mut io::sink())?;
        let mut file = open(path)?;
        Ok((read_head(&mut file)?, file))
    };
    checked().map_err(|error: io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => Fault::Io(error),
        _ => Fault::Record(format!("its file \"redo\" is broken ({error})")),
    })
}

fn path(folder: &Path) -> PathBuf {
    folder.join("redo")
}

fn partial(folder: &Path) -> PathBuf {
    folder.join("redo.partial")
}

fn remove(path: &Path) -> io::Result<()> {
    guard::gone(fs::remove_file(path))
}

fn size((key, record): &Change) -> usize {
    key.len() + record.as_ref().map_or(0, Vec::len)
}

fn is_more(records: usize, bytes: usize) -> bool {
    records > FEW || bytes > LITTLE
}

fn insert(batch: &mut Batch, (key, record): Change) {
    match record {
        Some(record) => batch.insert(key, record),
        None => batch.remove(key),
    }
}

fn length(of: &[u8]) -> io::Result<u32> {
    u32::try_from(of.len()).ok().filter(|length| *length <= LONGEST).ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidInput, "a record is longer than any can be")
    })
}

fn write_change(out: &mut impl Write, (key, record): &Change) -> io::Result<()> {
    let longs = (length(key)?, record.as_deref().map(length).transpose()?.unwrap_or(GONE));
    out.write_all(&longs.0.to_be_bytes())?;
    out.write_all(&longs.1.to_be_bytes())?;
    out.write_all(key)?;
    out.write_all(record.as_deref().unwrap_or_default())
}

pub(super) type Packed = BufReader<zstd::Decoder<'static, BufReader<File>>>;

fn open(path: &Path) -> io::Result<Packed> {
    Ok(BufReader::new(zstd::Decoder::new(File::open(path)?)?))
}

fn read_head(file: &mut Packed) -> io::Result<Numbers> {
    let (mut magic, mut serial, mut cursor) = ([0; 16], [0; 8], [0; 8]);
    file.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(io::Error::new(ErrorKind::InvalidData, "it begins with other words"));
    }
    file.read_exact(&mut serial)?;
    file.read_exact(&mut cursor)?;
    Ok(Numbers { serial: u64::from_be_bytes(serial), cursor: u64::from_be_bytes(cursor) })
}

/// The next step; `None` at the end.
pub(super) fn read_step(file: &mut Packed) -> io::Result<Option<Batch>> {
    let (mut batch, mut records, mut bytes) = (Batch::default(), 0, 0);
    while !is_more(records, bytes) && !file.fill_buf()?.is_empty() {
        let change = read_change(file)?;
        bytes += size(&change);
        records += 1;
        insert(&mut batch, change);
    }
    Ok((records > 0).then_some(batch))
}

fn read_change(file: &mut Packed) -> io::Result<Change> {
    let (mut key, mut record) = ([0; 4], [0; 4]);
    file.read_exact(&mut key)?;
    file.read_exact(&mut record)?;
    let key = read_bytes(file, u32::from_be_bytes(key))?;
    let record = match u32::from_be_bytes(record) {
        GONE => None,
        length => Some(read_bytes(file, length)?),
    };
    Ok((IVec::from(key), record))
}

fn read_bytes(file: &mut Packed, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = file.take(u64::from(length.min(LONGEST))).read_to_end(&mut bytes)?;
    if read == length as usize { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}
