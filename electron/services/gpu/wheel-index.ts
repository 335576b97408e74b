// The package index that the GPU runtime comes from: PyPI, or the mirror that pip is set to (PIP_INDEX_URL). Asked in its
// JSON form (PEP 691), which gives the size and the checksum of each file.
import { z } from 'zod'
import { compareVersions } from '../../../contract/compare-versions.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { networkReason } from '../network/network-reason.ts'

export interface Wheel {
  readonly project: string
  readonly version: string
  readonly filename: string
  readonly url: string
  readonly sha256: string
  readonly bytes: number
}

export interface WheelIndex {
  /** Those of this processor and C library, oldest version first. @throws OrganMosaicError `environment` */
  readonly list: (project: string) => Promise<Wheel[]>
  /** METADATA of a wheel, without the wheel (PEP 658). @throws OrganMosaicError `environment` */
  readonly metadata: (wheel: Wheel) => Promise<string>
  /** What a request to this index needs besides its address. */
  readonly headers: (url: string) => Record<string, string>
}

const FileSchema = z.object({
  filename: z.string(),
  url: z.string(),
  hashes: z.object({ sha256: z.string() }).partial(),
  size: z.number().optional(),
  yanked: z.union([z.boolean(), z.string()]).default(false),
})
const ListingSchema = z.object({ files: z.array(FileSchema) })

const ACCEPT = 'application/vnd.pypi.simple.v1+json'
const TIMEOUT_MS = 60_000
/** The libraries in a wheel do not depend on the version of Python; one has to be named. */
const WHEEL = /^[^-]+-([\d.]+(?:\.post\d+)?)-(?:cp312-cp312|py3-none|py2\.py3-none)-(.+)\.whl$/

/** @param base the index as pip names it, with or without a user and a password */
export function openWheelIndex(
  base = process.env['PIP_INDEX_URL'] || 'https://pypi.org/simple',
  signal?: AbortSignal,
): WheelIndex {
  const { origin, address, headers } = readBase(base)
  const ask = async (url: string, accept: string): Promise<Response> => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    const answer = await fetch(url, {
      headers: { accept, ...headers(url) },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    }).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw unreachable(origin, networkReason(cause), cause)
    })
    if (answer.ok) return answer
    throw unreachable(origin, `it answered ${answer.status} to ${url}`)
  }
  return {
    headers,
    async list(project) {
      const answer = await ask(`${address}/${project}/`, ACCEPT)
      const parsed = ListingSchema.safeParse(await answer.json().catch(() => null))
      if (!parsed.success) throw unreachable(origin, 'it does not answer in JSON (PEP 691)')
      return parsed.data.files
        .flatMap((file) => asWheel(project, file, answer.url))
        .sort((a, b) => compareReleases(a.version, b.version))
    },
    metadata: async (wheel) => (await ask(`${wheel.url}.metadata`, '*/*')).text(),
  }
}

/** Nobody but the index itself is told the password. @throws OrganMosaicError `environment` when it is no address */
function readBase(base: string): Pick<WheelIndex, 'headers'> & { origin: string; address: string } {
  const url = URL.parse(base)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // What was given may hold a password: it is not repeated.
    const message = 'PIP_INDEX_URL is no address of a package index; expected one that begins with https:// or http://.'
    throw new OrganMosaicError('environment', message)
  }
  const { origin, username, password } = url
  const word = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  url.username = url.password = ''
  const authorization = username === '' ? {} : { authorization: `Basic ${Buffer.from(word).toString('base64')}` }
  return {
    origin,
    address: url.href.replace(/\/+$/, ''),
    headers: (target) => (new URL(target).origin === origin ? authorization : {}),
  }
}

function asWheel(project: string, file: z.infer<typeof FileSchema>, base: string): Wheel[] {
  const [, version, platforms] = WHEEL.exec(file.filename) ?? []
  const { sha256 } = file.hashes
  if (!version || !platforms || !sha256 || file.size === undefined || file.yanked !== false) return []
  if (!platforms.split('.').some(fitsPlatform)) return []
  const url = new URL(file.url, base).href
  return [{ project, version, filename: file.filename, url, sha256, bytes: file.size }]
}

/** glibc 2.27 is what TensorFlow's own wheel asks for. */
function fitsPlatform(tag: string): boolean {
  const [, minor] = /^manylinux_2_(\d+)_x86_64$/.exec(tag) ?? []
  return minor === undefined ? /^manylinux(1|2010|2014)_x86_64$/.test(tag) : Number(minor) <= 28
}

/** 12.9.1.4 and 12.9.1.4.post1, part by part. */
export const compareReleases = (a: string, b: string): number =>
  compareVersions(a.replace('.post', '.'), b.replace('.post', '.'))

function unreachable(origin: string, why: string, cause?: unknown): OrganMosaicError {
  return new OrganMosaicError(
    'environment',
    `The package index ${origin} cannot be used (${why}). Check the network; PIP_INDEX_URL names another index, HTTPS_PROXY with NODE_USE_ENV_PROXY=1 a proxy.`,
    { cause },
  )
}
