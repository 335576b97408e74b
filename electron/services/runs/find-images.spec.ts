// What a place named for a prediction stands for, in every format that is read.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { channelOf } from '../../../contract/channel.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { findImages } from './find-images.ts'

const fixtures = join(import.meta.dirname, '../../../tests/fixtures')
const A = '1.2.826.0.1.3680043.10.99999.2'
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-images-'))
  for (const place of ['P1/scan', 'both/P1']) {
    cpSync(join(fixtures, 'dicom/mixed'), join(folder, place), { recursive: true })
  }
  cpSync(join(fixtures, 'dicom/enhanced.dcm'), join(folder, 'enhanced.dcm'))
  mkdirSync(join(folder, 'both/P2'))
  cpSync(join(fixtures, 'dicom/enhanced.dcm'), join(folder, 'both/P2/scan.dcm'))
  mkdirSync(join(folder, 'volumes/below'), { recursive: true })
  for (const name of ['int16.nrrd', 'plain.mha', 'analyze.hdr', 'analyze.img', 'four.mha']) {
    cpSync(join(fixtures, 'formats', name), join(folder, 'volumes', name))
  }
  cpSync(join(fixtures, 'formats/int8.nrrd'), join(folder, 'volumes/below/int8.nrrd'))
  cpSync(join(fixtures, 'formats/int16.nrrd'), join(folder, 'without-ending'))
  writeFileSync(join(folder, 'letter.txt'), 'no image')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const placesIn = (places: readonly string[]): string[] => places.map((place) => join(folder, place))

const found = async (...places: string[]): Promise<[string, string][]> =>
  (await findImages(placesIn(places), [channelOf('CT')])).map(({ id, images }) => [
    id,
    images[0].slice(folder.length + 1),
  ])

describe('images to segment', () => {
  it('the volumes of a folder, not those below it', async () => {
    expect(await found('volumes')).toEqual([
      ['analyze', 'volumes/analyze.img'],
      ['four', 'volumes/four.mha'],
      ['int16', 'volumes/int16.nrrd'],
      ['plain', 'volumes/plain.mha'],
    ])
  })

  it('the series of a folder, at any depth, several cases where there are several', async () => {
    expect(await found('P1')).toEqual([['P1', `P1/scan#series=${A}`]])
    const cases = await found('both')
    expect(cases).toEqual([
      ['P1', `both/P1#series=${A}`],
      ['P2', expect.stringMatching(/^both\/P2#series=/)],
    ])
    for (const [, image] of cases) await expect(readImage(join(folder, image))).resolves.toBeDefined()
  })

  it('one slice of a series stands for all of it', async () => {
    const slices = await found('P1/scan/a3', 'P1/scan/z/1.2.3')
    expect(slices.map(([, image]) => image)).toContain(`P1/scan#series=${A}`)
  })

  it('a file, whatever it is called; a part of a file or a folder', async () => {
    expect(await found('enhanced.dcm', 'without-ending', 'volumes/four.mha#volume=2', `P1/scan#series=${A}`)).toEqual([
      ['enhanced', 'enhanced.dcm'],
      ['without-ending', 'without-ending'],
      ['four_volume-2', 'volumes/four.mha#volume=2'],
      ['scan_3.10.99999.2', `P1/scan#series=${A}`],
    ])
  })

  it('says what is no image', async () => {
    await expect(found('letter.txt')).rejects.toThrow(/letter.txt is no image of a known kind; expected a file/)
    await expect(found('nowhere')).rejects.toThrow(/There is no file or folder .*nowhere; expected images/)
    mkdirSync(join(folder, 'empty'))
    await expect(found('empty')).rejects.toThrow(/empty holds no image; expected files that end in .*, or DICOM series/)
  })

  it('refuses two images of one name', async () => {
    await expect(found('volumes', 'volumes/below/int8.nrrd', 'volumes/int16.nrrd')).resolves.toHaveLength(5)
    cpSync(join(fixtures, 'formats/int16.nrrd'), join(folder, 'volumes/below/int16.nrrd'))
    await expect(found('volumes', 'volumes/below')).rejects.toThrow(/would both be written as int16/)
  })
})
