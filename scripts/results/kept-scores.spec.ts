// What is published is what the kept scores say.
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { summariseStudy } from '../../electron/services/study/summarise-study.ts'
import { keepScores, readKeptScores } from './kept-scores.ts'
import { publish, PUBLISHED_STUDIES, readPublishedStudies } from './published-study.ts'

const studies = [...readPublishedStudies()].map(([name, study]) => ({
  name,
  study,
  file: join(PUBLISHED_STUDIES, `${name}.scores.json.gz`),
}))
const withScores = studies.filter(({ file }) => existsSync(file))

describe('kept scores', () => {
  it.each(withScores)('$name: tables and tests come out of them again', ({ study, file }) => {
    const { config, budget } = study.result
    // Every case of a published test set is of another person.
    const { result } = summariseStudy(config, readKeptScores(file), [])
    expect(publish({ config, budget, ...result }, study).result.tests).toEqual(study.result.tests)
    const tables = publish({ config, budget, ...result }, study).result.rows
    expect(tables.map(({ name, mean, organs }) => ({ name, mean, organs }))).toEqual(
      study.result.rows.map(({ name, mean, organs }) => ({ name, mean, organs })),
    )
  })

  it.each(withScores)('$name: are read as they were kept', ({ file }) => {
    const copy = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-scores-')), 'copy.json.gz')
    keepScores(copy, readKeptScores(file))
    expect(readKeptScores(copy)).toEqual(readKeptScores(file))
  })
})

test('there are none of a study that was not kept', () => {
  expect(readKeptScores(join(PUBLISHED_STUDIES, 'nowhere.scores.json.gz'))).toEqual([])
  expect(withScores.length).toBeGreaterThan(0)
})
