// Folders that a browser sends, over the API: real files in a real workspace, and paths that must not be.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { imageVolume, labelVolume, writeTestFolder } from '../electron/services/datasets/write-test-folder.ts'
import { openHost, type Host } from './helpers/open-host.ts'

describe('a folder that a browser sends', () => {
  const begin = (host: Host, files: number, bytes: number) =>
    host.json('POST', '/uploads', { name: 'Süd Klinik', files, bytes }) as Promise<{ upload: string; folder: string }>

  it('arrives file by file, and can then be looked into', async () => {
    const host = openHost()
    const files = { 'images/A.nii.gz': imageVolume(1), 'labels/A.nii.gz': labelVolume({ 1: [1, 1, 1] }) }
    const source = await writeTestFolder(files)
    const content = Object.keys(files).map((path) => [path, readFileSync(join(source, path))] as const)
    const bytes = content.reduce((sum, [, data]) => sum + data.length, 0)
    const { upload, folder } = await begin(host, 2, bytes)
    expect(folder).toBe(join(host.home, 'uploads/Sud-Klinik'))
    for (const [path, data] of content) {
      await host.json('PUT', `/uploads/${upload}/file?path=${encodeURIComponent(path)}`, new Uint8Array(data))
    }
    expect(existsSync(folder)).toBe(false)
    await host.json('POST', `/uploads/${upload}/end`)
    expect((await host.task('POST', '/datasets/inspections', { folder })).result).toMatchObject({ usableCases: 1 })
    expect((await begin(host, 1, 1)).folder).toBe(join(host.home, 'uploads/Sud-Klinik-2'))
  })

  it.each([
    '../out.nii',
    '/etc/x.nii',
    'a/../../b.nii',
    '.hidden',
    'a\\b.nii',
    'a//b.nii',
    'nul.nii',
    `a/${'b/'.repeat(9)}c`,
  ])('has no file at %s', async (path) => {
    const host = openHost()
    const { upload } = await begin(host, 1, 10)
    const response = await host.send(
      'PUT',
      `/uploads/${upload}/file?path=${encodeURIComponent(path)}`,
      new Uint8Array(4),
    )
    expect(response.status).toBe(400)
  })

  it('is refused when it is larger than announced, incomplete, or too large for the disk', async () => {
    const host = openHost()
    const { upload } = await begin(host, 1, 10)
    expect((await host.send('POST', `/uploads/${upload}/end`)).status).toBe(400)
    expect((await host.send('PUT', `/uploads/${upload}/file?path=a.nii`, new Uint8Array(11))).status).toBe(413)
    await host.json('DELETE', `/uploads/${upload}`)
    expect((await host.send('POST', `/uploads/${upload}/end`)).status).toBe(404)
    expect((await host.send('POST', '/uploads', { name: 'x', files: 1, bytes: 1e17 })).status).toBe(400)
    expect((await host.send('POST', '/uploads', { name: 'x', files: 1, bytes: 9e15 })).status).toBe(500)
  })
})
