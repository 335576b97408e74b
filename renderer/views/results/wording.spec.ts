import { expect, test } from 'vitest'
import { formatMetric, formatMl, formatP, formatSigned, predictorName, shortNames } from './wording.ts'

const entry = (run: string, stage: number, model: number | 'ensemble') => ({
  key: `${run}:${stage}:${model}`,
  run,
  dataset: 'test',
  stage,
  model,
  createdAt: '2026-01-01T00:00:00.000Z',
  meanDice: 0.5,
  cases: 3,
  failures: 0,
  predictionsKept: false,
})

test('reports are told apart by what differs', () => {
  expect(shortNames([entry('a', 1, 'ensemble'), entry('a', 2, 'ensemble')])).toEqual(['stage 1', 'stage 2'])
  expect(shortNames([entry('a', 2, 'ensemble'), entry('b', 2, 1)])).toEqual(['a, all models', 'b, model 1'])
  expect(shortNames([entry('a', 2, 'ensemble')])).toEqual(['a, stage 2, all models'])
  expect(shortNames([entry('a', 0, 'ensemble'), entry('a', 2, 1)])).toEqual(['shared network', 'stage 2, model 1'])
  expect(predictorName({ stage: 0, model: 'ensemble' })).toBe('shared network')
  expect(predictorName({ stage: 2, model: 'pseudo' })).toBe('stage 2, pseudo labels')
})

test('numbers carry the digits that mean something', () => {
  expect([formatMetric(0.81249, 'dice'), formatMetric(12.34, 'hd95Mm'), formatMetric(null, 'nsd')]).toEqual([
    '0.812',
    '12.3',
    '–',
  ])
  expect([formatSigned(0.1, 'dice'), formatSigned(-2, 'hd95Mm'), formatSigned(0, 'dice')]).toEqual([
    '+0.100',
    '-2.0',
    '0.000',
  ])
  expect([formatP(0.0004), formatP(0.0312), formatP(null)]).toEqual(['< 0.001', '0.031', '–'])
  expect([formatMl(3.14159), formatMl(1023.4), formatMl(undefined)]).toEqual(['3.1', '1023', '–'])
})
