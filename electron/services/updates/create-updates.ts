// Looks for a newer version: one request for a small JSON file, at the address that package.json names. Off unless the
// settings say otherwise; no version, no name, no cookie goes along.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { OrganMosaicError, toOrganMosaicError } from '../../../contract/errors.ts'
import { compareVersions } from '../../../contract/compare-versions.ts'
import type { UpdateCheck, Updates } from '../../../contract/updates.ts'
import { networkReason } from '../network/network-reason.ts'
import { jobVersions } from '../runs/job-versions.ts'

export interface UpdateDesk {
  readonly state: () => Updates
  /** A person asks now. @throws OrganMosaicError `environment` when nobody can be asked, or the answer is none */
  readonly look: () => Promise<UpdateCheck>
  /** At the start of a host: looks where the settings want it, and never throws. */
  readonly lookIfWanted: () => Promise<void>
}

/** As the npm registry answers ("version"), or GitHub ("tag_name", "html_url"). */
const AnswerSchema = z.union([
  z.object({ version: z.string() }).transform(({ version }) => ({ version, page: null })),
  z
    .object({ tag_name: z.string(), html_url: z.url({ protocol: /^https?$/ }) })
    .transform(({ tag_name, html_url }) => ({ version: tag_name, page: html_url })),
])
const VERSION = /^v?(\d+\.\d+\.\d+)$/
const MOST_BYTES = 256 * 1024
const TIMEOUT_MS = 10_000

export function createUpdates({
  isWanted,
  address = releasesAddress(),
  own = jobVersions()['organ-mosaic'] ?? '',
}: {
  isWanted: () => boolean
  address?: string
  own?: string
}): UpdateDesk {
  let last: UpdateCheck | null = null
  let problem = ''

  async function look(): Promise<UpdateCheck> {
    problem = ''
    try {
      const { version, page } = await ask(address)
      const isNewer = compareVersions(version, own) > 0
      last = { at: new Date().toISOString(), address, own, newest: version, isNewer, page }
      return last
    } catch (thrown) {
      problem = toOrganMosaicError(thrown).message
      throw thrown
    }
  }

  return {
    state: () => ({ address, last, problem }),
    look,
    async lookIfWanted() {
      try {
        if (address !== '' && isWanted()) await look()
      } catch {
        // What went wrong is in the state, for whoever opens the settings.
      }
    },
  }
}

/** "releases" of package.json; empty where whoever built this names none. */
function releasesAddress(): string {
  const content: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'))
  const parsed = z.object({ releases: z.string() }).safeParse(content)
  return parsed.success ? parsed.data.releases : ''
}

async function ask(address: string): Promise<{ version: string; page: string | null }> {
  if (address === '') {
    throw new OrganMosaicError(
      'environment',
      'This build names no address to ask for newer versions ("releases" in package.json). Look where you got it.',
    )
  }
  const parsed = AnswerSchema.safeParse(await fetchJson(address))
  const [, version] = VERSION.exec(parsed.data?.version ?? '') ?? []
  if (parsed.success && version) return { version, page: parsed.data.page }
  throw new OrganMosaicError('environment', `${address} did not answer with a version; expected one such as 0.2.0.`)
}

async function fetchJson(address: string): Promise<unknown> {
  const headers = { accept: 'application/json', 'user-agent': 'OrganMosaic' }
  try {
    const answer = await fetch(address, { headers, credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    const text = await readAtMost(answer, MOST_BYTES)
    return JSON.parse(text)
  } catch (cause) {
    throw new OrganMosaicError(
      'environment',
      `${address} could not be asked for newer versions (${networkReason(cause)}).`,
      {
        cause,
      },
    )
  }
}

async function readAtMost(answer: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > most) throw new Error(`its answer is longer than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
