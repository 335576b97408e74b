import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFolders, type Folders } from './create-folders.ts'
import { defaultRoots } from './default-roots.ts'
import { homeFolder } from '../../../trainer/runtime/home-folder.ts'

let base: string
let root: string
let folders: Folders

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'organ-mosaic-folders-')))
  root = join(base, 'root')
  for (const folder of ['root/site-b/imagesTr', 'root/site-a', 'root/.ssh/keys', 'root/site-10', 'outside/secret']) {
    mkdirSync(join(base, folder), { recursive: true })
  }
  for (const name of ['1.nii.gz', '2.NII', 'notes.txt']) writeFileSync(join(root, 'site-b/imagesTr', name), '')
  writeFileSync(join(root, 'scan.nrrd'), '')
  folders = createFolders([root, join(base, 'not-mounted')])
})

afterEach(() => rmSync(base, { recursive: true }))

describe('listing', () => {
  it('begins at the roots that exist', async () => {
    expect(folders.roots()).toEqual([root])
    expect(await folders.list()).toMatchObject({ path: null, crumbs: [], folders: [{ path: root }] })
  })

  it('names folders in natural order, without hidden ones and files, with a hint of the images below', async () => {
    const { folders: found, images, truncated } = await folders.list(root)
    expect(found).toEqual([
      { name: 'site-10', path: join(root, 'site-10'), images: 0, counted: true },
      { name: 'site-a', path: join(root, 'site-a'), images: 0, counted: true },
      { name: 'site-b', path: join(root, 'site-b'), images: 2, counted: true },
    ])
    expect(images).toBe(1)
    expect(truncated).toBe(false)
  })

  it('lists archives with their sizes, without hidden ones and links', async () => {
    for (const name of ['site-10.zip', 'site-9.tar.gz', 'model.omodel.tgz', '.hidden.zip']) {
      writeFileSync(join(root, name), 'four')
    }
    symlinkSync(join(base, 'outside/secret.zip'), join(root, 'link.zip'))
    const { archives } = await folders.list(root)
    expect(archives).toEqual(
      ['model.omodel.tgz', 'site-9.tar.gz', 'site-10.zip'].map((name) => ({ name, path: join(root, name), bytes: 4 })),
    )
  })

  it('tells the way from the root', async () => {
    const { crumbs } = await folders.list(join(root, 'site-b/imagesTr'))
    expect(crumbs.map(({ path }) => path)).toEqual([root, join(root, 'site-b'), join(root, 'site-b/imagesTr')])
  })

  it('lists links to folders below the roots, and no others', async () => {
    symlinkSync(join(root, 'site-b'), join(root, 'inside-link'))
    symlinkSync(join(base, 'outside'), join(root, 'outside-link'))
    symlinkSync(join(root, '.ssh'), join(root, 'hidden-link'))
    symlinkSync(join(base, 'gone'), join(root, 'dangling-link'))
    symlinkSync(join(root, 'scan.nrrd'), join(root, 'file-link'))
    const { folders: found } = await folders.list(root)
    expect(found.map(({ name }) => name)).toEqual(['inside-link', 'site-10', 'site-a', 'site-b'])
    expect((await folders.list(join(root, 'inside-link'))).path).toBe(join(root, 'site-b'))
  })

  it('says of a file that it is one', async () => {
    await expect(folders.list(join(root, 'scan.nrrd'))).rejects.toThrow(/is a file, not a folder/)
  })
})

describe('paths that a page names', () => {
  it.each([
    ['a neighbour of the root', () => join(base, 'outside')],
    ['a name that begins like the root', () => `${root}-other`],
    ['the way up', () => join(root, 'site-a') + '/../../outside'],
    ['the whole disk', () => '/'],
    ['a system folder', () => '/etc'],
    ['processes', () => '/proc/self/root'],
  ])('are refused outside the roots: %s', (_, path) => {
    expect(() => folders.resolve(path())).toThrow(/lies outside the folders that OrganMosaic may look into/)
    expect(() => folders.resolveNew(path())).toThrow(/lies outside/)
  })

  it('are refused when a link leads out, and the message says where to', () => {
    symlinkSync(join(base, 'outside'), join(root, 'link'))
    expect(() => folders.resolve(join(root, 'link/secret'))).toThrow(`leads to ${join(base, 'outside/secret')}`)
    expect(() => folders.resolveNew(join(root, 'link/new'))).toThrow(/lies outside/)
  })

  it('are refused when they end in a link whose end is missing', () => {
    symlinkSync(join(base, 'outside/new'), join(root, 'link'))
    expect(() => folders.resolveNew(join(root, 'link'))).toThrow(/a link that leads nowhere/)
    expect(() => folders.resolveNew(join(root, 'link/deeper'))).toThrow(/a link that leads nowhere/)
  })

  it.each(['.ssh', '.ssh/keys', '.new/folder'])('are refused when hidden: %s', (path) => {
    expect(() => folders.resolveNew(join(root, path))).toThrow(/hidden/)
  })

  it.each(['site-a', './site-a', '', 'C:', 'a\0b', '/a\0b'])('are refused when not absolute: %j', (path) => {
    expect(() => folders.resolve(path)).toThrow(/Expected the full path/)
  })

  it('need not exist when they are for something new', () => {
    expect(folders.resolveNew(join(root, 'site-a/export/2026'))).toBe(join(root, 'site-a/export/2026'))
    expect(folders.resolveAddress(join(root, 'site-a#series=1.2&volume=2'))).toBe(`${root}/site-a#series=1.2&volume=2`)
    expect(() => folders.resolveAddress('/etc#series=1.2')).toThrow(/lies outside/)
    expect(() => folders.resolve(join(root, 'site-a/export'))).toThrow(/is not there/)
  })

  it('may be what a person chose outside the page', () => {
    folders.allow(join(base, 'outside'))
    expect(folders.resolve(join(base, 'outside/secret'))).toBe(join(base, 'outside/secret'))
    expect(folders.roots()).toEqual([root])
  })

  it('may be below other roots once those are replaced', () => {
    folders.limitTo([join(base, 'outside')])
    expect(folders.roots()).toEqual([join(base, 'outside')])
    expect(folders.resolve(join(base, 'outside/secret'))).toBe(join(base, 'outside/secret'))
    expect(() => folders.resolve(root)).toThrow(/lies outside/)
    expect(() => folders.limitTo([join(base, 'gone')])).toThrow(/there is no such folder/)
  })

  it('may lie in a hidden folder that is itself allowed', () => {
    folders.allow(join(root, '.ssh'))
    expect(folders.resolve(join(root, '.ssh/keys'))).toBe(join(root, '.ssh/keys'))
  })
})

describe('new folders', () => {
  it('are made and listed', async () => {
    expect(await folders.create(root, ' Export 1 ')).toMatchObject({ path: join(root, 'Export 1'), folders: [] })
  })

  it.each(['', '  ', '.', '..', '.hidden', 'a/b', 'a\\b', 'a\0', 'x'.repeat(101), 'end.'])('need a name: %j', (name) =>
    expect(folders.create(root, name)).rejects.toThrow(/no name for a folder/),
  )

  it('are refused outside the roots and where there is one', async () => {
    await expect(folders.create(base, 'new')).rejects.toThrow(/lies outside/)
    await expect(folders.create(root, 'site-a')).rejects.toThrow(/already/)
  })
})

it('default roots are the home folder and where volumes are mounted', () => {
  const exists = (path: string): boolean => ['/home/a', '/mnt', 'E:\\'].includes(path)
  expect(defaultRoots('linux', '/home/a', exists)).toEqual(['/home/a', '/mnt'])
  expect(defaultRoots('win32', '/home/a', exists)).toEqual(['/home/a', 'E:\\'])
  expect(defaultRoots('linux', '', exists)).toEqual(['/mnt'])
})

it('a user without a home folder is no failure', () => {
  const find = (): string => {
    throw new Error('uv_os_homedir returned ENOENT')
  }
  expect(homeFolder(find)).toBeUndefined()
  expect(homeFolder(() => '/home/a')).toBe('/home/a')
})
