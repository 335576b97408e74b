// Gathers what helps to understand a problem, as texts that may leave the machine. Everything passes through a scrubber;
// nothing is copied as it is.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Dataset } from '../../../contract/dataset.ts'
import type { ErrorReport } from '../../../contract/errors.ts'
import { JobSchema, type Job } from '../../../contract/job.ts'
import type { DoctorReport } from '../../../contract/report.ts'
import type { Database } from '../database/open-database.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun } from '../workspace/run-store.ts'
import { readSettings } from '../workspace/settings-file.ts'
import { describeDataset, describeSettings, type Teller } from './describe-for-report.ts'
import { knownPhrases } from './known-phrases.ts'
import { knownWords } from './known-words.ts'
import { indexFacts, machineFacts } from './machine-facts.ts'
import { filesOfJob } from './files-of-job.ts'
import { asJson, readable, type GatheredFile } from './gathered-file.ts'
import { createPseudonyms, type Pseudonyms } from './pseudonyms.ts'
import { createScrubber, type Scrubber } from './scrub-text.ts'
import { createValueScrubber } from './scrub-values.ts'

export interface ReportSources {
  readonly workspace: Workspace
  readonly database: Database
  /** What is wrong with the index. */
  readonly indexProblem: string | null
  readonly doctor: DoctorReport
  /** Of the tasks of a window. */
  readonly taskErrors: readonly ({ kind: string } & ErrorReport['error'])[]
}

export interface Gathered {
  readonly files: readonly GatheredFile[]
  readonly names: readonly { name: string; called: string }[]
}

const NEWEST_JOBS = 3

/** @param runs names of runs that exist */
export function gatherReport(sources: ReportSources, runs: readonly string[]): Gathered {
  const { workspace } = sources
  const vocabulary = new Set(loadVocabulary().organs.map(({ id }) => id))
  const jobs = newestJobs(workspace)
  const datasets = readable(listDatasetNames(workspace), (name) => readDataset(workspace, name))
  const pseudonyms = createPseudonyms({
    home: workspace.home,
    datasets,
    runs: listRunNames(workspace),
    studies: foldersIn(join(workspace.home, 'studies')),
    jobs: [...readable(listRunNames(workspace), (name) => readRun(workspace, name)), ...jobs.map(({ job }) => job)],
    settings: readSettings(workspace),
    ownOrgans: vocabulary,
  })
  const scrubber = createScrubber(pseudonyms, { words: knownWords(), phrases: knownPhrases() })
  const teller: Teller = { pseudonyms, scrub: createValueScrubber(pseudonyms, scrubber, vocabulary) }
  const folders = [
    ...runs.map((name) => ({ folder: join(workspace.runs, name), called: `runs/${pseudonyms.of('run', name)}` })),
    ...jobs.map(({ name, folder }) => ({ folder, called: `jobs/${name}` })),
  ]
  const files = [
    ...commonFiles(sources, datasets, teller, scrubber),
    ...folders.flatMap(({ folder, called }) => filesOfJob(folder, called, teller, scrubber)),
  ]
  return { files: [readme(files), ...files], names: shownNames(pseudonyms, runs) }
}

function commonFiles(
  { workspace, database, indexProblem, doctor, taskErrors }: ReportSources,
  datasets: readonly Dataset[],
  teller: Teller,
  scrubber: Scrubber,
): GatheredFile[] {
  const checks = doctor.checks.map(({ name, status, value, advice }) => ({
    name,
    status,
    // What failed may quote anything.
    value: status === 'error' ? scrubber.text(value) : scrubber.machine(value),
    advice: scrubber.text(advice),
  }))
  return [
    asJson('machine.json', 'versions, system, processor, memory, disk', machineFacts(workspace)),
    asJson('doctor.json', 'the answer of organ-mosaic doctor', {
      ok: doctor.ok,
      checks,
      probe: teller.scrub(doctor.probe),
    }),
    asJson('settings.json', 'settings, with no address of a place', describeSettings(readSettings(workspace), teller)),
    asJson('index.json', 'schema, size and check of the database', {
      ...indexFacts(database, workspace.databaseFile, indexProblem, scrubber),
      runsOnDisk: listRunNames(workspace).length,
      datasetsOnDisk: datasets.length,
    }),
    asJson(
      'datasets.json',
      'sizes and states of cases, under numbers',
      datasets.map((each) => describeDataset(each, teller)),
    ),
    asJson('errors.json', 'errors of the window since it was opened', teller.scrub(taskErrors)),
  ]
}

/** Evaluations, predictions and probes, the newest first. */
function newestJobs({ jobs }: Workspace): { name: string; folder: string; job: Job }[] {
  const all = foldersIn(jobs)
    .map((name) => ({ name, folder: join(jobs, name), at: statSync(join(jobs, name)).mtimeMs }))
    .filter(({ name }) => /^(?!probe)[a-z]+-\d+$/.test(name))
    .sort((a, b) => b.at - a.at)
  return readable(all.slice(0, NEWEST_JOBS), ({ name, folder }) => ({
    name,
    folder,
    job: readJsonFile(join(folder, 'run.json'), JobSchema),
  }))
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
        .sort()
    : []

/** Names of what goes along, for whoever sends it. */
function shownNames(pseudonyms: Pseudonyms, runs: readonly string[]): { name: string; called: string }[] {
  return [...pseudonyms.listed('run').filter(({ name }) => runs.includes(name)), ...pseudonyms.listed('dataset')]
}

function readme(files: readonly GatheredFile[]): GatheredFile {
  const lines = files.map(({ name, about }) => `${name}: ${about}`)
  const text = `A report of a problem with OrganMosaic.

It holds no image, no label and no hash of one. Datasets, cases, patients, runs, organs of your own and folders have numbers
instead of names. Of messages and logs the sentences are kept that OrganMosaic, the system and TensorFlow are known to say;
everything else in them is [...], and lines without any are counted.

${lines.join('\n')}
`
  return { name: 'README.txt', about: 'what this is', text }
}
