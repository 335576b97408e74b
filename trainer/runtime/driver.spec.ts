import { expect, it } from 'vitest'
import { readDriver } from './driver.ts'

const failing = (output: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error('Command failed: nvidia-smi'), { stdout: output, stderr: '', code: 9 }))
const absent = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('spawn nvidia-smi ENOENT'), { code: 'ENOENT' }))

it('reads the cards that the driver tells of', async () => {
  const text = 'NVIDIA H200, 580.159.03, 143771, 4, 9.0\nNVIDIA GeForce RTX 5090, 580.159.03, 32607, 900, 12.0\n'
  expect(await readDriver(() => Promise.resolve(text))).toEqual({
    state: 'works',
    cards: [
      { name: 'NVIDIA H200', driver: '580.159.03', memoryMb: 143771, usedMb: 4, capability: 9 },
      { name: 'NVIDIA GeForce RTX 5090', driver: '580.159.03', memoryMb: 32607, usedMb: 900, capability: 12 },
    ],
  })
})

it('asks a driver from before 2021 for less', async () => {
  const ask = (query: string): Promise<string> =>
    query.includes('compute_cap')
      ? failing('Field "compute_cap" is not a valid field to query.\n')()
      : Promise.resolve('Tesla V100-PCIE-16GB, 450.203.03, 16160, 0\n')
  const card = { name: 'Tesla V100-PCIE-16GB', driver: '450.203.03', memoryMb: 16160, usedMb: 0, capability: null }
  expect(await readDriver(ask)).toEqual({ state: 'works', cards: [card] })
})

it('passes on what the tool complains of', async () => {
  const message = 'Failed to initialize NVML: Driver/library version mismatch'
  expect(await readDriver(failing(`${message}\nNVML library version: 550.90\n`))).toEqual({ state: 'fails', message })
})

it('tells a card without a driver from no card', async () => {
  expect(await readDriver(absent, () => true)).toEqual({ state: 'missing' })
  expect(await readDriver(absent, () => false)).toEqual({ state: 'no-card' })
})
