//! Where a stack's assets are made: its folder, and the place in which what was made is kept.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use infra_core::lookup::Question;
use infra_core::{LocalFile, Lookup};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::error::AssetError;
use super::pack::pack;
use super::store::Store;
use super::walk::{Member, Rules, members};
use super::{build, context, digest, layout};
use crate::{ASSET, Archive, AssetFile, AssetFiles, Image, ImageForm, NamedFile};

/// Makes the assets of a stack, each once in a run: what a plan was made for is what is deployed, whatever happens to a folder
/// meanwhile. Clones are the same workshop.
#[derive(Clone)]
pub struct Workshop {
    folder: PathBuf,
    pub(crate) store: Store,
    answers: Arc<Mutex<BTreeMap<String, Json>>>,
}

impl Workshop {
    /// For the stack in `folder`; what is made is kept in `store`, which need not be there.
    pub fn new(folder: impl Into<PathBuf>, store: impl Into<PathBuf>) -> Workshop {
        Workshop { folder: folder.into(), store: Store::new(store.into()), answers: Arc::default() }
    }

    /// Whether a question is one about an asset.
    pub fn knows(question: &Question) -> bool {
        question.kind.starts_with(ASSET)
    }

    /// Answers a question about an asset, making it if need be.
    ///
    /// # Errors
    /// Where it cannot be made, or the question is none that is known here.
    pub async fn answer(&self, question: &Question) -> Result<Json, AssetError> {
        let key = question.key();
        if let Some(answer) = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(answer.clone());
        }
        let answer = match question.kind.as_str() {
            Archive::KIND => json(&self.archive(&asked(question)?).await?)?,
            AssetFile::KIND => json(&self.file(&asked(question)?)?)?,
            AssetFiles::KIND => json(&self.files(&asked(question)?)?)?,
            Image::KIND => {
                let image: Image = asked(question)?;
                json(&self.source_digest(&image, &self.folder.join(&image.path))?)?
            }
            other => {
                use serde::de::Error as _;
                return Err(AssetError::Question(serde_json::Error::custom(format!("no kind of asset is called `{other}`"))));
            }
        };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, answer.clone());
        Ok(answer)
    }

    async fn archive(&self, archive: &Archive) -> Result<LocalFile, AssetError> {
        let folder = archive.folder.as_ref().map(|folder| self.folder.join(folder));
        let rules = Rules { exclude: &archive.exclude, gitignore: archive.gitignore };
        let mut all = match &folder {
            Some(folder) => members(folder, rules)?,
            None => Vec::new(),
        };
        if let Some(build) = &archive.build {
            let base = build.folder.as_ref().map(|own| self.folder.join(own)).or(folder.clone()).unwrap_or_else(|| self.folder.clone());
            let made = build::built(build, &base, &self.store).await?;
            let made = members(&made, Rules { gitignore: false, ..rules })?;
            if let (Some(twice), Some(folder)) = (shared(&all, &made), &folder) {
                return Err(AssetError::Clash { folder: folder.clone(), command: build::shown(build), name: twice.name.clone() });
            }
            all.extend(made);
            all.sort();
        }
        if all.is_empty() {
            let what = folder.map(|folder| folder.display().to_string());
            let built = archive.build.as_ref().map(|build| format!("what `{}` makes", build::shown(build)));
            return Err(AssetError::Empty { what: what.or(built).unwrap_or_default() });
        }
        let draft = self.store.draft()?;
        let failed = || AssetError::file("write", draft.path());
        let mut packed = pack(&all, BufWriter::new(draft.as_file()))?;
        packed.flush().and_then(|()| packed.rewind()).map_err(failed())?;
        drop(packed);
        let (sha256, _) = digest::of_file(draft.path())?;
        let path = self.store.keep_file(draft, &format!("{sha256}.zip"))?;
        Ok(LocalFile { path: self.seen_from_here(&path), sha256 })
    }

    fn file(&self, file: &AssetFile) -> Result<LocalFile, AssetError> {
        let path = self.folder.join(&file.path);
        if !path.is_file() {
            return Err(AssetError::Missing { what: "the file", path });
        }
        let (sha256, _) = digest::of_file(&path)?;
        Ok(LocalFile { path: file.path.clone(), sha256 })
    }

    fn files(&self, files: &AssetFiles) -> Result<Vec<NamedFile>, AssetError> {
        let folder = self.folder.join(&files.folder);
        let members = members(&folder, Rules { exclude: &files.exclude, gitignore: files.gitignore })?;
        let named = members.into_iter().map(|member| {
            let (sha256, _) = digest::of_file(&member.path)?;
            let path = Path::new(&files.folder).join(&member.name).to_string_lossy().into_owned();
            Ok(NamedFile { name: member.name, file: LocalFile { path, sha256 } })
        });
        named.collect()
    }

    /// The digest of all that an image is made of, at a whole path.
    pub(crate) fn source_digest(&self, image: &Image, path: &Path) -> Result<String, AssetError> {
        match image.form {
            ImageForm::Dockerfile => context::digest(image, path),
            ImageForm::Layout => Ok(layout::open(path, image.platform.as_deref())?.digest()),
            ImageForm::Tarball if !path.is_file() => Err(AssetError::Missing { what: "the tarball", path: path.to_owned() }),
            ImageForm::Tarball => {
                let (file, _) = digest::of_file(path)?;
                let mut hash = digest::Hash::default();
                hash.text("tarball 1").text(&file).text(image.platform.as_deref().unwrap_or("-"));
                Ok(format!("sha256:{}", hash.hex()))
            }
        }
    }

    /// A path as it is named from the stack's folder, so that it is the same on every machine that has the project.
    fn seen_from_here(&self, path: &Path) -> String {
        let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (here, there) = (whole(&self.folder), whole(path));
        let shared = here.components().zip(there.components()).take_while(|(here, there)| here == there).count();
        let up = here.components().skip(shared).map(|_| Path::new("..")).collect::<PathBuf>();
        up.join(there.components().skip(shared).collect::<PathBuf>()).to_string_lossy().into_owned()
    }
}

/// A file that two folders both have.
fn shared<'a>(one: &'a [Member], other: &[Member]) -> Option<&'a Member> {
    one.iter().find(|member| other.iter().any(|other| other.name == member.name))
}

fn asked<L: DeserializeOwned>(question: &Question) -> Result<L, AssetError> {
    serde_json::from_value(question.query.clone()).map_err(AssetError::Question)
}

fn json(answer: &impl serde::Serialize) -> Result<Json, AssetError> {
    serde_json::to_value(answer).map_err(AssetError::Question)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Build;

    struct Project {
        root: tempfile::TempDir,
    }

    impl Project {
        fn new() -> Project {
            let root = tempfile::tempdir().unwrap();
            for (name, content) in
                [("stacks/web/lambda/main.py", "print()"), ("stacks/web/lambda/main.pyc", "x"), ("stacks/web/a.sql", "drop")]
            {
                let path = root.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            Project { root }
        }

        fn workshop(&self) -> Workshop {
            Workshop::new(self.root.path().join("stacks/web"), self.root.path().join(".infra/assets"))
        }

        async fn ask<L: Lookup + serde::Serialize>(&self, workshop: &Workshop, query: &L) -> Result<L::Answer, AssetError> {
            let query = serde_json::to_value(query).unwrap();
            let question = Question { kind: L::KIND.into(), query, declared: Default::default(), provider: None };
            workshop.answer(&question).await.map(|answer| serde_json::from_value(answer).unwrap())
        }
    }

    #[tokio::test]
    async fn an_archive_is_kept_under_its_digest_and_named_from_the_stacks_folder() {
        let project = Project::new();
        let archive = Archive::dir("lambda").exclude("*.pyc");
        let file = project.ask(&project.workshop(), &archive).await.unwrap();
        assert_eq!(file.path, format!("../../.infra/assets/{}.zip", file.sha256));
        let place = project.root.path().join("stacks/web").join(&file.path);
        assert_eq!(digest::of_file(&place).unwrap().0, file.sha256);
        assert_eq!(project.ask(&project.workshop(), &archive).await.unwrap(), file);
        fs::write(project.root.path().join("stacks/web/lambda/main.py"), "print(1)").unwrap();
        assert_ne!(project.ask(&project.workshop(), &archive).await.unwrap().sha256, file.sha256);
        assert!(place.exists(), "what a plan was made for is still there");
    }

    #[tokio::test]
    async fn what_a_run_was_told_once_holds_for_all_of_it() {
        let project = Project::new();
        let workshop = project.workshop();
        let before = project.ask(&workshop, &AssetFile::at("a.sql")).await.unwrap();
        fs::write(project.root.path().join("stacks/web/a.sql"), "create").unwrap();
        assert_eq!(project.ask(&workshop, &AssetFile::at("a.sql")).await.unwrap(), before);
        assert_ne!(project.ask(&project.workshop(), &AssetFile::at("a.sql")).await.unwrap(), before);
    }

    #[tokio::test]
    async fn what_a_command_makes_is_packed_with_the_folder() {
        let project = Project::new();
        let workshop = project.workshop();
        let build = Build::shell("mkdir $OUT/lib && wc -c < main.py > $OUT/lib/size && touch $OUT/lib/x.pyc").input("main.py");
        let file = project.ask(&workshop, &Archive::dir("lambda").exclude("*.pyc").with(build.clone())).await.unwrap();
        let open = |file: &LocalFile| {
            let file = fs::File::open(project.root.path().join("stacks/web").join(&file.path)).unwrap();
            zip::ZipArchive::new(file).unwrap().file_names().map(|name| name.unwrap().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(open(&file), ["lib/size", "main.py"]);
        let alone = project.ask(&workshop, &Archive::built(build.folder("lambda"))).await.unwrap();
        assert_eq!(open(&alone), ["lib/size", "lib/x.pyc"]);
        let clash = project.ask(&workshop, &Archive::dir("lambda").with(Build::shell("touch $OUT/main.py"))).await.unwrap_err();
        assert!(clash.to_string().ends_with("both the folder and `sh -c touch $OUT/main.py` have `main.py`"), "{clash}");
    }

    #[tokio::test]
    async fn what_cannot_be_packed_is_named() {
        let project = Project::new();
        let workshop = project.workshop();
        let empty = project.ask(&workshop, &Archive::dir("lambda").exclude("*")).await.unwrap_err();
        assert!(empty.to_string().ends_with("/stacks/web/lambda: nothing is in it"), "{empty}");
        let missing = project.ask(&workshop, &Archive::dir("lamda")).await.unwrap_err();
        assert!(missing.to_string().ends_with("/stacks/web/lamda: it is not there"), "{missing}");
        let missing = project.ask(&workshop, &AssetFile::at("b.sql")).await.unwrap_err();
        assert!(missing.to_string().ends_with("/stacks/web/b.sql: it is not there"), "{missing}");
    }

    #[tokio::test]
    async fn the_files_of_a_folder_come_by_name() {
        let project = Project::new();
        let files = project.ask(&project.workshop(), &AssetFiles::under("lambda")).await.unwrap();
        let names: Vec<(&str, &str)> = files.iter().map(|named| (named.name.as_str(), named.file.path.as_str())).collect();
        assert_eq!(names, [("main.py", "lambda/main.py"), ("main.pyc", "lambda/main.pyc")]);
    }
}
