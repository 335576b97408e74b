// The secret of a workspace that salts what is kept of patients: made once, for who may write to the workspace alone, in no backup, report,
// export, archive or job. Without it nobody can try out record numbers; with it, scans of one person are known again in
// every dataset of the workspace.
import { createHmac, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, DicomPerson } from '../../../contract/case.ts'
import { asDiskError, OrganMosaicError } from '../../../contract/errors.ts'
import { unsaltedHashOf } from '../../../contract/hashed-patient.ts'

/** 64 hexadecimal digits. */
export type PatientKey = string

/** Not a .json: a copy before a new format of the workspace does not take it along. */
const fileOf = (home: string): string => join(home, 'patient-key')

/** @throws OrganMosaicError `invalid-file` for one that is damaged, `disk` when none can be written */
export function openPatientKey(home: string): PatientKey {
  return readKey(home) ?? makeKey(home)
}

function readKey(home: string): PatientKey | null {
  let text: string
  try {
    text = readFileSync(fileOf(home), 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new OrganMosaicError(
      'environment',
      `${fileOf(home)}, the secret that patients are hashed with, cannot be read; it has to belong to the user who works in this workspace.`,
      { cause: error },
    )
  }
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new OrganMosaicError(
    'invalid-file',
    `${fileOf(home)} should hold 64 hexadecimal digits, the secret that patients are hashed with, and is damaged. Put it back from a backup; or delete it, and register every DICOM dataset again, so that patients are compared with a new one.`,
  )
}

/** Whoever may write to the workspace works in it: a group that shares it shares its secret. */
const modeIn = (home: string): number => ((statSync(home).mode & 0o020) !== 0 ? 0o640 : 0o600)

/** Written aside and linked into place: of two processes that begin at once, both use that of the first. */
function makeKey(home: string): PatientKey {
  const file = fileOf(home)
  const aside = `${file}.${process.pid}.tmp`
  const key = randomBytes(32).toString('hex')
  try {
    writeFileSync(aside, `${key}\n`, { mode: modeIn(home), flush: true })
    linkSync(aside, file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    // A disk without links, such as an exFAT stick; or another process was first, which is read below.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') writeIfNone(file, key, modeIn(home))
    else if (code !== 'EEXIST') throw asDiskError(error, file)
  } finally {
    rmSync(aside, { force: true })
  }
  return readKey(home) ?? key
}

function writeIfNone(file: string, key: PatientKey, mode: number): void {
  try {
    writeFileSync(file, `${key}\n`, { mode, flush: true, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw asDiskError(error, file)
  }
}

/** What DICOM files say of a person, as it may be kept. */
export function saltPerson({ patient, study }: DicomPerson, key: PatientKey): DicomPerson {
  return {
    patient: patient === null ? null : salted('patient', patient, key),
    study: study === null ? null : salted('study', study, key),
  }
}

/** A patient of a dataset or a run of an earlier version, whose hash had no salt, as this version calls it. */
export function bringPatientForward<T extends Pick<Case, 'patient' | 'patientGiven' | 'patientByRule'>>(
  each: T,
  key: () => PatientKey,
): T {
  const plain = each.patientGiven && !each.patientByRule ? unsaltedHashOf(each.patient) : null
  return plain === null ? each : { ...each, patient: salted('patient', plain, key()) }
}

function salted(what: 'patient' | 'study', value: string, key: PatientKey): string {
  const hash = (text: string): string => createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex')
  // Which secret it was: hashes of two secrets are never compared.
  return `${what}-${hash('which').slice(0, 4)}-${hash(`${what} ${value}`).slice(0, 16)}`
}
