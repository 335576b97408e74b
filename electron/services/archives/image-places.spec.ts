// Archives of images to segment: unpacked once, safely, and looked at as the folder that they hold.
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { findImages } from '../runs/find-images.ts'
import { openWorkspace, type Workspace } from '../workspace/open-workspace.ts'
import { packTar, packZip } from './craft-archive.ts'
import { openImagePlaces } from './unpacked-folders.ts'

const FIXTURES = join(import.meta.dirname, '../../../tests/fixtures')
let base: string
let workspace: Workspace

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'image-places-'))
  workspace = openWorkspace(join(base, 'home'))
})

const CT = [{ name: 'CT', modality: 'CT' as const }]
const image = readFileSync(join(FIXTURES, 'nifti/int16.nii.gz'))

describe('openImagePlaces', () => {
  it('finds the images of a zip and a tar.gz, below the folders that hold nothing else', async () => {
    const zip = join(base, 'scans.zip')
    const tar = join(base, 'more.tar.gz')
    writeFileSync(zip, packZip(['a', 'b'].map((name) => ({ name: `export/all/${name}.nii.gz`, content: image }))))
    writeFileSync(tar, gzipSync(packTar([{ name: 'c.nii.gz', content: image }])))
    const plain = join(base, 'd.nii.gz')
    writeFileSync(plain, image)
    const found = await findImages(await openImagePlaces(workspace, [zip, tar, plain]), CT)
    expect(found.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(readFileSync(found[0].images[0]!)).toEqual(image)
  })

  it('finds the DICOM series of an archive at any depth', async () => {
    const names = readdirSync(join(FIXTURES, 'dicom/mixed'), { recursive: true, withFileTypes: true })
    const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    const zip = join(base, 'pacs.zip')
    const packed = files.map((path) => ({ name: path.slice(FIXTURES.length + 1), content: readFileSync(path) }))
    writeFileSync(zip, packZip(packed))
    const inArchive = await findImages(await openImagePlaces(workspace, [zip]), CT)
    expect(inArchive.length).toBeGreaterThan(0)
    const folder = join(base, 'mixed')
    cpSync(join(FIXTURES, 'dicom/mixed'), folder, { recursive: true })
    const series = ({ images: [address] }: { images: string[] }): string => address!.slice(address!.indexOf('#'))
    expect(inArchive.map(series)).toEqual((await findImages([folder], CT)).map(series))
  })

  it('unpacks an archive once', async () => {
    const zip = join(base, 'scans.zip')
    writeFileSync(zip, packZip([{ name: 'a.nii.gz', content: image }]))
    const [first] = await openImagePlaces(workspace, [zip])
    expect(await openImagePlaces(workspace, [zip])).toEqual([first])
    expect(readdirSync(join(workspace.home, 'unpacked'))).toEqual(['scans'])
  })

  it('refuses an archive that leads elsewhere, and leaves nothing', async () => {
    const zip = join(base, 'evil.zip')
    writeFileSync(zip, packZip([{ name: '../../outside.nii.gz', content: image }]))
    await expect(openImagePlaces(workspace, [zip])).rejects.toMatchObject({ code: 'invalid-data' })
    expect(readdirSync(join(workspace.home, 'unpacked'))).toEqual([])
    expect(readdirSync(base).sort()).toEqual(['evil.zip', 'home'])
  })
})
