// A folder or an archive dropped on a browser window: what is in it, and how it gets to the workspace, file by file.
import { call } from './client.ts'

export interface DroppedFolder {
  readonly name: string
  readonly files: readonly { readonly path: string; readonly file: File }[]
  /** Of an archive, which is the only file then */
  readonly archive?: string
}

/** What a dataset consists of; anything else stays where it is. */
const wanted =
  /(\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|hdr|img|img\.gz|raw|zraw|raw\.gz|dcm|dicom|ima|seg|\d+|json|csv|tsv)|\/[^.]+)$/i

const archive = /\.(zip|tar|tar\.gz|tgz)$/i

/** Of every folder and archive among the dropped things; must be asked for while the drop event is handled. */
export function readDrop(transfer: DataTransfer): Promise<DroppedFolder[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const archives = [...transfer.files].filter(({ name }, at) => archive.test(name) && entries[at]?.isFile)
  const folders = Promise.all(entries.filter(isFolder).map(readFolder))
  return folders.then((found) => [...found, ...archives.map(asFolder)])
}

const asFolder = (file: File): DroppedFolder => ({
  name: file.name.replace(archive, ''),
  files: [{ path: file.name, file }],
  archive: file.name,
})

/** @param onShare of the bytes, 0 to 1 @returns the folder in the workspace, or the archive there */
export async function uploadFolder(
  { name, files, archive }: DroppedFolder,
  onShare: (share: number) => void,
): Promise<string> {
  if (files.length === 0)
    throw new Error(`${name} holds no image (NIfTI, NRRD, MetaImage, DICOM ...); drop the folder of a dataset.`)
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const { upload } = await call('beginUpload', { body: { name, files: files.length, bytes } })
  let sent = 0
  try {
    for (const { path, file } of files) {
      await call('uploadFile', { params: { upload }, query: { path }, body: file })
      sent += file.size
      onShare(bytes > 0 ? sent / bytes : 1)
    }
    const { folder } = await call('endUpload', { params: { upload } })
    return archive === undefined ? folder : `${folder}/${archive}`
  } catch (thrown) {
    await call('cancelUpload', { params: { upload } }).catch(() => null)
    throw thrown
  }
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile

async function readFolder(root: FileSystemDirectoryEntry): Promise<DroppedFolder> {
  const files: { path: string; file: File }[] = []
  const walk = async (folder: FileSystemDirectoryEntry, path: string): Promise<void> => {
    for (const entry of await listEntries(folder)) {
      if (entry.name.startsWith('.')) continue
      if (isFolder(entry)) await walk(entry, `${path}${entry.name}/`)
      else if (isFile(entry) && wanted.test(`/${entry.name}`)) {
        const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
        files.push({ path: `${path}${entry.name}`, file })
      }
    }
  }
  await walk(root, '')
  return { name: root.name, files }
}

/** A reader gives a hundred at a time, and nothing when it is through. */
async function listEntries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}
