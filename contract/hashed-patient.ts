// Patients as the DICOM files tell them: a hash of the identifier, salted with a secret of the workspace
// (electron/services/workspace/patient-key.ts). Here, because a training orders patients too.

/** As it is written: what is hashed, which secret salts it (4 digits), the hash. */
const SALTED = /^(?:patient|study)-([0-9a-f]{4})-[0-9a-f]{16}$/
/** Of versions before the secret: the start of a plain hash. */
const UNSALTED = /^patient-([0-9a-f]{12})$/

/** Which secret a patient is hashed with; null for a name that people gave. */
export const secretOf = (patient: string): string | null => SALTED.exec(patient)?.[1] ?? null

/** The plain hash in a name of an earlier version; null for every other. */
export const unsaltedHashOf = (patient: string): string | null => UNSALTED.exec(patient)?.[1] ?? null

interface OfPatient {
  readonly id: string
  readonly patient: string
}

/**
 * Patient -> a name that is the same in every workspace, for orders and fingerprints: of a salted one, which another
 * secret would change, the first of the ids of its cases.
 */
export function steadyNames(cases: readonly OfPatient[]): Map<string, string> {
  return new Map(
    [...Map.groupBy(cases, ({ patient }) => patient)].map(([patient, own]) => [
      patient,
      secretOf(patient) === null ? patient : own.map(({ id }) => id).sort()[0],
    ]),
  )
}
