// Walking through the folders of the machine that runs the host: where one is, what is there, what went wrong.
import { ref, shallowRef } from 'vue'
import type { FolderListing } from '../../contract/api/machine.ts'
import { toOrganMosaicError } from '../../contract/errors.ts'
import { call } from '../api/client.ts'

/** One begins where one was last for the same purpose, as long as the page lives. */
const lastPaths = new Map<string, string>()

/** @param purpose for what a folder is chosen */
export function useFolderBrowser(purpose: () => string) {
  const listing = shallowRef<FolderListing | null>(null)
  const loading = ref(false)
  const problem = ref('')
  let newest = 0

  /** What is shown stays when a folder cannot be opened. @returns whether it could */
  async function load(ask: () => Promise<FolderListing>): Promise<boolean> {
    const own = ++newest
    loading.value = true
    try {
      const answer = await ask()
      if (own !== newest) return false
      listing.value = answer
      problem.value = ''
      return true
    } catch (thrown) {
      if (own === newest) problem.value = toOrganMosaicError(thrown).message
      return false
    } finally {
      if (own === newest) loading.value = false
    }
  }

  /** @param path absent: the places where one may begin */
  const open = (path?: string): Promise<boolean> =>
    load(() => call('listFolders', { query: path === undefined ? {} : { path } }))

  const create = (name: string): Promise<boolean> =>
    load(() => call('createFolder', { body: { parent: listing.value?.path ?? '', name } }))

  /** To where one was, or to the only place there is, or to the choice of places. */
  async function begin(): Promise<void> {
    const last = lastPaths.get(purpose())
    if (last !== undefined && (await open(last))) return
    if (!(await open())) return
    const [only, ...others] = listing.value?.folders ?? []
    if (only && others.length === 0) await open(only.path)
  }

  const remember = (path: string): void => void lastPaths.set(purpose(), path)

  return { listing, loading, problem, open, create, begin, remember }
}
