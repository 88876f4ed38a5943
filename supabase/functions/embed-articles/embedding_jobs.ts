/** Makes the vectors that wait: lease texts, embed them, store each vector or postpone its job. */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { type Embedder, EmbeddingError } from "../_helpdesk/embeddings.ts";

export interface Counts {
  stored: number;
  postponed: number;
}

interface Job {
  job_id: string;
  text: string;
  model: string;
  /** Of a passage's article, embedded too; null for an example. */
  title: string | null;
}

/** Hosted ends a request after two seconds of its processor, which is a few texts and their titles. */
const BATCH = 4;
const LEASE_SECONDS = 120;

/** Work until nothing waits, an endpoint fails or the time is over. @throws ApiError */
export async function embedWaiting(api: Api, model: Embedder, until: () => boolean): Promise<Counts> {
  const counts = { stored: 0, postponed: 0 };
  while (!until()) {
    const args = { max_rows: BATCH, lease_seconds: LEASE_SECONDS, model: model.model };
    const jobs = await api.rpc<Job[]>(api.system, "lease_embedding_jobs", args);
    if (jobs.length === 0) break;
    if (!await embedJobs(api, model, jobs, counts)) break;
    // The model within the function uses up its time on the processor; the next request has time of its own.
    if (model.isInside) break;
  }
  return counts;
}

/** Whether the endpoint works. */
async function embedJobs(api: Api, model: Embedder, jobs: Job[], counts: Counts): Promise<boolean> {
  // Passages of one article share their title.
  const texts = [...new Set(jobs.flatMap(({ text, title }) => title === null ? [text] : [text, title]))];
  const vectors = new Map<string, number[]>();
  try {
    const made = await model.embed(texts, "passage");
    texts.forEach((text, place) => vectors.set(text, made.vectors[place]!));
  } catch (error) {
    if (!(error instanceof EmbeddingError)) throw error;
    if (error.isRefusal && jobs.length > 1) {
      // One of the texts is to blame: the others get their vectors.
      for (const job of jobs) if (!await embedJobs(api, model, [job], counts)) return false;
      return true;
    }
    for (const { job_id } of jobs) {
      await api.rpc(api.system, "postpone_embedding_job", { job_id, problem: error.message });
      counts.postponed++;
    }
    return error.isRefusal;
  }
  for (const job of jobs) {
    try {
      const args = {
        job_id: job.job_id,
        model: model.model,
        embedding: vectors.get(job.text),
        title_embedding: job.title === null ? null : vectors.get(job.title),
      };
      if (await api.rpc<boolean>(api.system, "store_embedding", args)) counts.stored++;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) throw error;
      await api.rpc(api.system, "postpone_embedding_job", { job_id: job.job_id, problem: error.message });
      counts.postponed++;
    }
  }
  return true;
}
