// Studies as folders of the workspace: studies/NAME with study-config.json, state.json, control.json and what is written
// at the end. A command and a window that work on one study meet here.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import {
  StudyControlSchema,
  StudyStateFileSchema,
  type StudyRequest,
  type StudyState,
  type StudyStateFile,
} from '../../../contract/study-state.ts'
import { StudyConfigSchema, type StudyConfig } from '../../../contract/study.ts'
import { processLiveness } from '../../../trainer/job-folder/process-liveness.ts'
import { readJsonFile, writeJsonFile } from '../workspace/json-file.ts'
import { requireWritable } from '../workspace/refuse-writing.ts'
import { nearestName } from '../workspace/nearest-name.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

const CONFIG = 'study-config.json'
const STATE = 'state.json'
const CONTROL = 'control.json'
/** What is written at the end and may be read by its name. */
export const STUDY_FILES = ['report.html', 'methods.csv', 'organs.csv', 'cases.csv', 'tables.tex', 'tables.md'] as const
export type StudyFile = (typeof STUDY_FILES)[number]

export const studyFolder = ({ home }: Workspace, name: string): string => join(home, 'studies', name)

/** Alphabetical. */
export function listStudyNames(workspace: Workspace): string[] {
  const folder = join(workspace.home, 'studies')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, CONFIG)) && existsSync(join(folder, name, STATE)))
    .sort()
}

/** @returns the folder @throws OrganMosaicError `not-found` with the nearest name */
export function requireStudy(workspace: Workspace, name: string): string {
  const names = listStudyNames(workspace)
  if (basename(name) === name && names.includes(name)) return studyFolder(workspace, name)
  throw new OrganMosaicError(
    'not-found',
    `No study is called ${name}${nearestName(name, names)}; the Studies screen lists them, organ-mosaic study starts one.`,
  )
}

export const readStoredConfig = (workspace: Workspace, name: string): StudyConfig =>
  readJsonFile(join(requireStudy(workspace, name), CONFIG), StudyConfigSchema)

/** A process on another host cannot be asked: it counts as alive for so long after it began its last job. */
const SILENCE_MS = 6 * 3600_000

/** running only while the process that says so lives. */
export function readStudyState(workspace: Workspace, name: string): StudyStateFile {
  const file = readJsonFile(join(requireStudy(workspace, name), STATE), StudyStateFileSchema)
  return file.state === 'running' && !isAlive(file) ? { ...file, state: 'interrupted' } : file
}

function isAlive({ process, updatedAt }: StudyStateFile): boolean {
  const liveness = processLiveness(process)
  return liveness === 'elsewhere' ? Date.now() - Date.parse(updatedAt) < SILENCE_MS : liveness === 'alive'
}

export function requestStudy(workspace: Workspace, name: string, request: StudyRequest): void {
  requireWritable(workspace)
  writeJsonFile(join(studyFolder(workspace, name), CONTROL), { request })
}

export function studyRequest(workspace: Workspace, name: string): StudyRequest {
  const path = join(studyFolder(workspace, name), CONTROL)
  return existsSync(path) ? readJsonFile(path, StudyControlSchema).request : 'run'
}

/** @param message why it failed */
export function noteStudy(workspace: Workspace, name: string, state: StudyState, message = ''): void {
  const path = join(studyFolder(workspace, name), STATE)
  const known = readJsonFile(path, StudyStateFileSchema)
  writeJsonFile(path, { ...known, state, message, updatedAt: new Date().toISOString() } satisfies StudyStateFile)
}

/**
 * Takes a study into work: the configuration is kept in its folder, and nobody else works on it meanwhile.
 * @throws OrganMosaicError `conflict` while another process works on it
 */
export function beginStudy(workspace: Workspace, config: StudyConfig): void {
  requireWritable(workspace)
  const folder = studyFolder(workspace, config.name)
  const known = listStudyNames(workspace).includes(config.name) ? readStudyState(workspace, config.name) : null
  if (known?.state === 'running') {
    throw new OrganMosaicError(
      'conflict',
      `Study ${config.name} is being worked on already (process ${known.process.pid}).`,
    )
  }
  const now = new Date().toISOString()
  mkdirSync(folder, { recursive: true })
  writeJsonFile(join(folder, CONFIG), config)
  requestStudy(workspace, config.name, 'run')
  writeJsonFile(join(folder, STATE), {
    state: 'running',
    message: '',
    process: { pid: process.pid, host: hostname(), startedAt: now },
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  } satisfies StudyStateFile)
}
