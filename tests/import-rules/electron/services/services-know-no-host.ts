export { host } from '../hosts/legal.ts'
