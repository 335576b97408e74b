// What electron-builder.yml promises of the installers, and that packages which would break are not made.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import afterAllArtifactBuild from './after-build.mjs'
import afterPack from './after-pack.mjs'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
const configuration = load(text) as Record<string, never>
const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-sizes-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Without content: it takes no room. */
function fileOf(megabytes: number): string {
  const path = join(folder, 'large')
  writeFileSync(path, '')
  truncateSync(path, megabytes * 1e6)
  return path
}

describe('an installer', () => {
  it('is an AppImage, a deb, an NSIS installer or a disk image', () => {
    expect(configuration).toMatchObject({
      linux: { target: ['AppImage', 'deb'] },
      win: { target: 'nsis' },
      mac: { target: 'dmg' },
    })
  })

  it('claims no type of file, and leaves the workspace when it is removed', () => {
    expect(text).not.toMatch(/fileAssociations|protocols:|mimeTypes|afterRemove|customUnInstall|\binclude:/)
    expect(configuration).toMatchObject({ nsis: { deleteAppDataOnUninstall: false } })
  })

  it('has one desktop entry, with an icon that is large enough for every size', () => {
    expect(configuration).toMatchObject({
      directories: { buildResources: 'resources/package' },
      linux: { icon: 'icon.png', desktop: { entry: { Name: 'OrganMosaic' } } },
    })
    const icon = readFileSync(join(root, 'resources/package/icon.png'))
    expect(icon.toString('latin1', 1, 4)).toBe('PNG')
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([1024, 1024])
  })

  it('is packed by the runtime that starts on Ubuntu 24.04, within sizes that are looked at', () => {
    expect(configuration).toMatchObject({
      toolsets: { appimage: '1.0.3' },
      afterPack: './scripts/packaging/after-pack.mjs',
      afterAllArtifactBuild: './scripts/packaging/after-build.mjs',
    })
  })
})

describe('the packaging stops', () => {
  it('at an application that NSIS would break', () => {
    fileOf(1790)
    expect(() => afterPack({ appOutDir: folder })).not.toThrow()
    fileOf(1810)
    expect(() => afterPack({ appOutDir: folder })).toThrow(/takes 1810 MB, and NSIS breaks silently at 2 GB/)
  })

  it('at a package of more than 450 MB', () => {
    expect(afterAllArtifactBuild({ artifactPaths: [fileOf(449)] })).toEqual([])
    expect(() => afterAllArtifactBuild({ artifactPaths: [fileOf(451)] })).toThrow(/under 450 MB: .*large \(451 MB\)/)
  })
})
