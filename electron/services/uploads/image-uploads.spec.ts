import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { createImageUploads } from './image-uploads.ts'

const bodyOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream()
const never = new AbortController().signal

describe('uploaded images', () => {
  test('are stored whole, listed, and removed', async () => {
    const uploads = createImageUploads(temporaryWorkspace())
    expect(uploads.list()).toEqual([])
    const { path, bytes } = await uploads.store('b.nii.gz', bodyOf('voxels'), never)
    await uploads.store('a.nii', bodyOf('x'), never)
    expect([readFileSync(path, 'utf8'), bytes]).toEqual(['voxels', 6])
    expect(uploads.list().map(({ file }) => file)).toEqual(['a.nii', 'b.nii.gz'])
    expect(uploads.remove('a.nii').map(({ file }) => file)).toEqual(['b.nii.gz'])
    expect(() => uploads.remove('a.nii')).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  test('never replace one another', async () => {
    const uploads = createImageUploads(temporaryWorkspace())
    await uploads.store('a.nii', bodyOf('first'), never)
    await expect(uploads.store('a.nii', bodyOf('second'), never)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(uploads.list()[0]?.path ?? '', 'utf8')).toBe('first')
  })

  test.each(['../a.nii', '/etc/a.nii', '..\\a.nii', '.a.nii', 'a\0.nii', 'a.exe', '', 'c:a.nii', '.nii'])(
    'keep to their folder: %j',
    async (file) => {
      const workspace = temporaryWorkspace()
      await expect(createImageUploads(workspace).store(file, bodyOf('x'), never)).rejects.toMatchObject({
        code: 'usage',
      })
      expect(existsSync(join(workspace.home, 'uploaded-images'))).toBe(false)
    },
  )

  test('that are cut off leave nothing behind', async () => {
    const workspace = temporaryWorkspace()
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(10))
        controller.error(new Error('the browser went away'))
      },
    })
    await expect(createImageUploads(workspace).store('a.nii', broken, never)).rejects.toThrow()
    expect(readdirSync(join(workspace.home, 'uploaded-images'))).toEqual([])
  })
})
