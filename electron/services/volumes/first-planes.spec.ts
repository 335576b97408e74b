import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeNifti } from '../../../trainer/imaging/nifti/write-nifti.ts'
import { createServices } from '../create-services.ts'
import type { Services } from '../services.ts'
import { imageVolume, labelVolume, writeTestFolder } from '../datasets/write-test-folder.ts'
import { readEncoded } from './read-encoded.ts'

let services: Services
let root: string
let kept: string
const IMAGE = 'case 1/ct.nii.gz'

beforeEach(async () => {
  // Stored to the right: the planes are those of the turned volume.
  const { data, geometry } = imageVolume(1)
  const image = { data, geometry: { ...geometry, direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] } }
  const label = { ...labelVolume({ 1: [0, 2, 3] }), geometry: image.geometry }
  root = await writeTestFolder({ [IMAGE]: image, 'case 1/segmentations/liver.nii.gz': label })
  const home = mkdtempSync(join(tmpdir(), 'organ-mosaic-planes-'))
  kept = join(home, 'cache/first-planes')
  services = createServices({ home, roots: [root] })
})

afterEach(async () => {
  await services.volumes.close()
  services.close()
})

const open = async () => readEncoded(await services.volumes.openVolume('site', 'case 1', 'image'))
const register = () => services.registerDataset({ name: 'site', folder: root })

test('registering keeps the planes that decoding finds, and a viewer makes them again where they are gone', async () => {
  await register()
  expect(readdirSync(kept)).toHaveLength(1)
  const early = await open()
  rmSync(kept, { recursive: true })
  expect(await open()).toEqual(early)
  expect(readdirSync(kept)).toHaveLength(1)
  expect(await open()).toEqual(early)
})

test('a window that adds the folder keeps them too, from its threads', async () => {
  const { id } = await services.datasetDesk.startRegistration({
    folder: root,
    name: 'site',
    role: 'train',
    mapping: [],
  })
  await expect.poll(() => services.tasks.get(id).state, { timeout: 20_000 }).toBe('done')
  expect(readdirSync(kept)).toHaveLength(1)
})

test('kept planes are answered before the file is read, and no longer when it was written again', async () => {
  await register()
  const file = join(root, IMAGE)
  const { header, planes } = await open()
  const { size, atimeMs, mtimeMs } = statSync(file)
  services.close()
  services = createServices({ home: join(kept, '../..'), roots: [root] })
  writeFileSync(file, new Uint8Array(size))
  utimesSync(file, atimeMs / 1000, mtimeMs / 1000)
  const reader = (await services.volumes.openVolume('site', 'case 1', 'image')).getReader()
  const [first, second] = [await reader.read(), await reader.read()]
  expect(JSON.parse(new TextDecoder().decode(first.value?.subarray(4)))).toEqual(header)
  expect(second.value?.byteLength).toBe(planes.flat().length * 2)
  await expect(reader.read()).rejects.toMatchObject({ code: 'invalid-file' })

  const { data, geometry } = imageVolume(2)
  await writeNifti(file, { data, geometry })
  expect((await open()).header.geometry).toEqual(geometry)
})
