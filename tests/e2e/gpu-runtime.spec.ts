// The GPU runtime in the settings, beside the examination of the machine: what it would take is shown first, and nothing is
// fetched before somebody agrees. The package index is one of this machine.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveTestIndex, type TestIndex } from '../../electron/services/gpu/test-index.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'

const FILES = [/tensorflow/, /cudnn/, /nvcc/].map((name) => expect.stringMatching(name) as string)
const mayHaveOne = process.platform === 'linux' && process.arch === 'x64'

describe.skipIf(!browserPath || !mayHaveOne)(`the GPU runtime${needsBrowser} (on Linux for x64)`, () => {
  const app = useApp()
  const before = process.env['PIP_INDEX_URL']
  let index: TestIndex

  beforeAll(async () => {
    index = await serveTestIndex()
    process.env['PIP_INDEX_URL'] = index.url
  })
  afterAll(async () => {
    if (before === undefined) delete process.env['PIP_INDEX_URL']
    else process.env['PIP_INDEX_URL'] = before
    await index.close()
  })

  test('is offered with each file and its size; "Not now" leaves everything as it is', async () => {
    const page = await app.openPage({ path: '/settings' })
    const section = page.getByRole('region', { name: 'GPU runtime' })
    await section.getByRole('button', { name: 'Get the GPU runtime' }).click()
    const files = section.getByRole('table')
    await files.waitFor()
    expect(await files.getByRole('rowheader').allTextContents()).toEqual(FILES)
    expect(await files.getByRole('caption').textContent()).toMatch(/[\d.]+ k?B to download, about .* on the disk/)
    await section.getByRole('button', { name: 'Not now' }).click()
    await section.getByRole('button', { name: 'Get the GPU runtime' }).waitFor()
    expect(index.asked.filter(({ path }) => path.endsWith('.whl'))).toEqual([])
  })
})
