export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "helpdesk": {
    Tables: {
      "ai_exclusions": {
        Row: {
          "created_at": string;
          "created_by": string | null;
          "scope": string;
          "target_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string | null;
          "scope": string;
          "target_id": string;
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string | null;
          "scope"?: string;
          "target_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ai_exclusions_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "ai_prompts": {
        Row: {
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "is_active": boolean;
          "note": string;
          "prompt_id": string;
          "task": string;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "body": string;
          "created_at"?: string;
          "created_by"?: string | null;
          "is_active"?: boolean;
          "note"?: string;
          "prompt_id"?: string;
          "task": string;
          "version": number;
        };
        Update: {
          "body"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "is_active"?: boolean;
          "note"?: string;
          "prompt_id"?: string;
          "task"?: string;
          "version"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "ai_prompts_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "ai_runs": {
        Row: {
          "answer": Json | null;
          "attempts": number;
          "cache_key": string;
          "cached_from": string | null;
          "chat_model": string | null;
          "cost": number;
          "created_at": string;
          "embedding_model": string | null;
          "finished_at": string | null;
          "is_estimated": boolean;
          "is_test": boolean;
          "kind": string;
          "last_message_id": string | null;
          "milliseconds": number | null;
          "mode": string | null;
          "problem": string | null;
          "prompt_id": string | null;
          "reason": string | null;
          "requested_by": string | null;
          "run_id": string;
          "rung": string | null;
          "started_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
          "tokens_in": number;
          "tokens_out": number;
          "wish": string | null;
        };
        ComputedFields: never;
        Insert: {
          "answer"?: Json | null;
          "attempts"?: number;
          "cache_key": string;
          "cached_from"?: string | null;
          "chat_model"?: string | null;
          "cost"?: number;
          "created_at"?: string;
          "embedding_model"?: string | null;
          "finished_at"?: string | null;
          "is_estimated"?: boolean;
          "is_test"?: boolean;
          "kind": string;
          "last_message_id"?: string | null;
          "milliseconds"?: number | null;
          "mode"?: string | null;
          "problem"?: string | null;
          "prompt_id"?: string | null;
          "reason"?: string | null;
          "requested_by"?: string | null;
          "run_id"?: string;
          "rung"?: string | null;
          "started_at"?: string | null;
          "state"?: string;
          "ticket_id": string;
          "ticket_revision": number;
          "tokens_in"?: number;
          "tokens_out"?: number;
          "wish"?: string | null;
        };
        Update: {
          "answer"?: Json | null;
          "attempts"?: number;
          "cache_key"?: string;
          "cached_from"?: string | null;
          "chat_model"?: string | null;
          "cost"?: number;
          "created_at"?: string;
          "embedding_model"?: string | null;
          "finished_at"?: string | null;
          "is_estimated"?: boolean;
          "is_test"?: boolean;
          "kind"?: string;
          "last_message_id"?: string | null;
          "milliseconds"?: number | null;
          "mode"?: string | null;
          "problem"?: string | null;
          "prompt_id"?: string | null;
          "reason"?: string | null;
          "requested_by"?: string | null;
          "run_id"?: string;
          "rung"?: string | null;
          "started_at"?: string | null;
          "state"?: string;
          "ticket_id"?: string;
          "ticket_revision"?: number;
          "tokens_in"?: number;
          "tokens_out"?: number;
          "wish"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "ai_runs_cached_from_fkey";
            columns: ["cached_from"];
            isOneToOne: false;
            referencedRelation: "ai_runs";
            referencedColumns: ["run_id"];
          },
          {
            foreignKeyName: "ai_runs_prompt_id_fkey";
            columns: ["prompt_id"];
            isOneToOne: false;
            referencedRelation: "ai_prompts";
            referencedColumns: ["prompt_id"];
          },
          {
            foreignKeyName: "ai_runs_requested_by_fkey";
            columns: ["requested_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "ai_runs_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ai_runs_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ai_runs_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ai_runs_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ai_runs_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ai_runs_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "ai_settings": {
        Row: {
          "capability": NonNullable<Json>;
          "chat_model": string | null;
          "daily_tokens_person": number | null;
          "daily_tokens_project": number | null;
          "daily_tokens_team": number | null;
          "internal_articles_in_context": boolean;
          "is_enabled": boolean;
          "notes_in_context": boolean;
          "price_in": number | null;
          "price_out": number | null;
          "proposal_hours": number;
          "reply_language": string | null;
          "signature": string;
          "similarity_floor": number | null;
          "singleton": boolean;
          "tone": string;
          "triage_new_tickets": boolean;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "capability"?: NonNullable<Json>;
          "chat_model"?: string | null;
          "daily_tokens_person"?: number | null;
          "daily_tokens_project"?: number | null;
          "daily_tokens_team"?: number | null;
          "internal_articles_in_context"?: boolean;
          "is_enabled"?: boolean;
          "notes_in_context"?: boolean;
          "price_in"?: number | null;
          "price_out"?: number | null;
          "proposal_hours"?: number;
          "reply_language"?: string | null;
          "signature"?: string;
          "similarity_floor"?: number | null;
          "singleton"?: boolean;
          "tone"?: string;
          "triage_new_tickets"?: boolean;
          "updated_at"?: string;
        };
        Update: {
          "capability"?: NonNullable<Json>;
          "chat_model"?: string | null;
          "daily_tokens_person"?: number | null;
          "daily_tokens_project"?: number | null;
          "daily_tokens_team"?: number | null;
          "internal_articles_in_context"?: boolean;
          "is_enabled"?: boolean;
          "notes_in_context"?: boolean;
          "price_in"?: number | null;
          "price_out"?: number | null;
          "proposal_hours"?: number;
          "reply_language"?: string | null;
          "signature"?: string;
          "similarity_floor"?: number | null;
          "singleton"?: boolean;
          "tone"?: string;
          "triage_new_tickets"?: boolean;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "ai_thresholds": {
        Row: {
          "apply_share": number | null;
          "kind": string;
          "min_similarity": number;
          "suggest_share": number;
          "target_precision": number;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "apply_share"?: number | null;
          "kind": string;
          "min_similarity"?: number;
          "suggest_share"?: number;
          "target_precision"?: number;
          "updated_at"?: string;
        };
        Update: {
          "apply_share"?: number | null;
          "kind"?: string;
          "min_similarity"?: number;
          "suggest_share"?: number;
          "target_precision"?: number;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "ai_usage": {
        Row: {
          "calls": number;
          "cost": number;
          "day": string;
          "reserved_tokens": number;
          "scope": string;
          "scope_id": string;
          "used_tokens": number;
        };
        ComputedFields: never;
        Insert: {
          "calls"?: number;
          "cost"?: number;
          "day": string;
          "reserved_tokens"?: number;
          "scope": string;
          "scope_id": string;
          "used_tokens"?: number;
        };
        Update: {
          "calls"?: number;
          "cost"?: number;
          "day"?: string;
          "reserved_tokens"?: number;
          "scope"?: string;
          "scope_id"?: string;
          "used_tokens"?: number;
        };
        Relationships: [];
      };
      "article_chunks": {
        Row: {
          "article_id": string;
          "audience": string;
          "body": string;
          "body_norm": string;
          "chunk_id": string;
          "heading_path": string;
          "is_current": boolean;
          "locale": string;
          "ordinal": number;
          "sentences": (unknown)[];
          "title": string;
          "version_id": string;
          "words": unknown;
        };
        ComputedFields: never;
        Insert: {
          "article_id": string;
          "audience": string;
          "body": string;
          "body_norm"?: never;
          "chunk_id"?: string;
          "heading_path": string;
          "is_current"?: boolean;
          "locale": string;
          "ordinal": number;
          "sentences": (unknown)[];
          "title": string;
          "version_id": string;
          "words": unknown;
        };
        Update: {
          "article_id"?: string;
          "audience"?: string;
          "body"?: string;
          "body_norm"?: never;
          "chunk_id"?: string;
          "heading_path"?: string;
          "is_current"?: boolean;
          "locale"?: string;
          "ordinal"?: number;
          "sentences"?: (unknown)[];
          "title"?: string;
          "version_id"?: string;
          "words"?: unknown;
        };
        Relationships: [
          {
            foreignKeyName: "article_chunks_article_id_fkey";
            columns: ["article_id"];
            isOneToOne: false;
            referencedRelation: "articles";
            referencedColumns: ["article_id"];
          },
          {
            foreignKeyName: "article_chunks_version_id_fkey";
            columns: ["version_id"];
            isOneToOne: false;
            referencedRelation: "article_versions";
            referencedColumns: ["version_id"];
          },
        ];
      };
      "article_versions": {
        Row: {
          "article_id": string;
          "audience": string;
          "body": string;
          "content_hash": string;
          "is_current": boolean;
          "locale": string;
          "published_at": string;
          "published_by": string | null;
          "section": string | null;
          "slug": string;
          "title": string;
          "version": number;
          "version_id": string;
        };
        ComputedFields: never;
        Insert: {
          "article_id": string;
          "audience": string;
          "body": string;
          "content_hash": string;
          "is_current": boolean;
          "locale": string;
          "published_at"?: string;
          "published_by"?: string | null;
          "section"?: string | null;
          "slug": string;
          "title": string;
          "version": number;
          "version_id"?: string;
        };
        Update: {
          "article_id"?: string;
          "audience"?: string;
          "body"?: string;
          "content_hash"?: string;
          "is_current"?: boolean;
          "locale"?: string;
          "published_at"?: string;
          "published_by"?: string | null;
          "section"?: string | null;
          "slug"?: string;
          "title"?: string;
          "version"?: number;
          "version_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "article_versions_article_id_fkey";
            columns: ["article_id"];
            isOneToOne: false;
            referencedRelation: "articles";
            referencedColumns: ["article_id"];
          },
          {
            foreignKeyName: "article_versions_published_by_fkey";
            columns: ["published_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "articles": {
        Row: {
          "article_id": string;
          "audience": string;
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "current_version_id": string | null;
          "external_id": string | null;
          "locale": string;
          "published_at": string | null;
          "revision": number;
          "section": string | null;
          "slug": string;
          "status": string;
          "title": string;
          "updated_at": string;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "article_id"?: string;
          "audience"?: string;
          "body"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "current_version_id"?: string | null;
          "external_id"?: string | null;
          "locale"?: string;
          "published_at"?: string | null;
          "revision"?: number;
          "section"?: string | null;
          "slug": string;
          "status"?: string;
          "title": string;
          "updated_at"?: string;
          "version"?: number;
        };
        Update: {
          "article_id"?: string;
          "audience"?: string;
          "body"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "current_version_id"?: string | null;
          "external_id"?: string | null;
          "locale"?: string;
          "published_at"?: string | null;
          "revision"?: number;
          "section"?: string | null;
          "slug"?: string;
          "status"?: string;
          "title"?: string;
          "updated_at"?: string;
          "version"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "articles_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "attachments": {
        Row: {
          "attachment_id": string;
          "checked_at": string | null;
          "content_type": string;
          "created_at": string;
          "expires_at": string | null;
          "file_name": string;
          "imported": boolean;
          "message_id": string | null;
          "note_id": string | null;
          "placement": string;
          "reason": string | null;
          "requester_id": string;
          "sequence": number;
          "sha256": string | null;
          "size": number;
          "state": string;
          "ticket_id": string;
          "uploaded_at": string | null;
          "uploaded_by": string | null;
          "uploader_kind": string;
          "uploader_name": string;
        };
        ComputedFields: never;
        Insert: {
          "attachment_id"?: string;
          "checked_at"?: string | null;
          "content_type": string;
          "created_at"?: string;
          "expires_at"?: string | null;
          "file_name": string;
          "imported"?: boolean;
          "message_id"?: string | null;
          "note_id"?: string | null;
          "placement": string;
          "reason"?: string | null;
          "requester_id": string;
          "sequence"?: number;
          "sha256"?: string | null;
          "size": number;
          "state"?: string;
          "ticket_id": string;
          "uploaded_at"?: string | null;
          "uploaded_by"?: string | null;
          "uploader_kind": string;
          "uploader_name": string;
        };
        Update: {
          "attachment_id"?: string;
          "checked_at"?: string | null;
          "content_type"?: string;
          "created_at"?: string;
          "expires_at"?: string | null;
          "file_name"?: string;
          "imported"?: boolean;
          "message_id"?: string | null;
          "note_id"?: string | null;
          "placement"?: string;
          "reason"?: string | null;
          "requester_id"?: string;
          "sequence"?: number;
          "sha256"?: string | null;
          "size"?: number;
          "state"?: string;
          "ticket_id"?: string;
          "uploaded_at"?: string | null;
          "uploaded_by"?: string | null;
          "uploader_kind"?: string;
          "uploader_name"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "attachments_message_id_fkey";
            columns: ["message_id"];
            isOneToOne: false;
            referencedRelation: "messages";
            referencedColumns: ["message_id"];
          },
          {
            foreignKeyName: "attachments_note_id_fkey";
            columns: ["note_id"];
            isOneToOne: false;
            referencedRelation: "notes";
            referencedColumns: ["note_id"];
          },
          {
            foreignKeyName: "attachments_requester_id_fkey";
            columns: ["requester_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "attachments_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "attachments_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "attachments_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "attachments_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "attachments_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "attachments_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "attachments_uploaded_by_fkey";
            columns: ["uploaded_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "automatic_emails": {
        Row: {
          "automatic_id": string;
          "created_at": string;
          "email_id": string | null;
          "kind": string;
          "reason": string | null;
          "recipient": string;
          "state": string;
          "ticket_id": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "automatic_id"?: string;
          "created_at"?: string;
          "email_id"?: string | null;
          "kind": string;
          "reason"?: string | null;
          "recipient": string;
          "state": string;
          "ticket_id": string;
          "user_id"?: string | null;
        };
        Update: {
          "automatic_id"?: string;
          "created_at"?: string;
          "email_id"?: string | null;
          "kind"?: string;
          "reason"?: string | null;
          "recipient"?: string;
          "state"?: string;
          "ticket_id"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "automatic_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "automatic_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "automatic_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "automatic_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "automatic_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "automatic_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "automatic_emails_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "citations": {
        Row: {
          "chunk_id": string;
          "citation_id": string;
          "end_at": number;
          "ordinal": number;
          "paragraph": number | null;
          "proposal_id": string;
          "quote": string;
          "start_at": number;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "chunk_id": string;
          "citation_id"?: string;
          "end_at": number;
          "ordinal": number;
          "paragraph"?: number | null;
          "proposal_id": string;
          "quote": string;
          "start_at": number;
          "ticket_id": string;
        };
        Update: {
          "chunk_id"?: string;
          "citation_id"?: string;
          "end_at"?: number;
          "ordinal"?: number;
          "paragraph"?: number | null;
          "proposal_id"?: string;
          "quote"?: string;
          "start_at"?: number;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "citations_chunk_id_fkey";
            columns: ["chunk_id"];
            isOneToOne: false;
            referencedRelation: "article_chunks";
            referencedColumns: ["chunk_id"];
          },
          {
            foreignKeyName: "citations_proposal_id_fkey";
            columns: ["proposal_id"];
            isOneToOne: false;
            referencedRelation: "proposals";
            referencedColumns: ["proposal_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "delivery_attempts": {
        Row: {
          "answer": string | null;
          "attempt": number;
          "attempt_id": number;
          "created_at": string;
          "delivery_id": string;
          "milliseconds": number | null;
          "outcome": string;
          "problem": string | null;
          "status": number | null;
        };
        ComputedFields: never;
        Insert: {
          "answer"?: string | null;
          "attempt": number;
          "attempt_id"?: never;
          "created_at"?: string;
          "delivery_id": string;
          "milliseconds"?: number | null;
          "outcome": string;
          "problem"?: string | null;
          "status"?: number | null;
        };
        Update: {
          "answer"?: string | null;
          "attempt"?: number;
          "attempt_id"?: never;
          "created_at"?: string;
          "delivery_id"?: string;
          "milliseconds"?: number | null;
          "outcome"?: string;
          "problem"?: string | null;
          "status"?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "delivery_attempts_delivery_id_fkey";
            columns: ["delivery_id"];
            isOneToOne: false;
            referencedRelation: "outbox";
            referencedColumns: ["delivery_id"];
          },
        ];
      };
      "email_blocks": {
        Row: {
          "created_at": string;
          "created_by": string | null;
          "note": string;
          "pattern": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string | null;
          "note"?: string;
          "pattern": string;
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string | null;
          "note"?: string;
          "pattern"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "email_blocks_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "email_channels": {
        Row: {
          "address": string;
          "channel_id": string;
          "created_at": string;
          "is_active": boolean;
          "name": string;
          "provider": string;
          "reply_domain": string | null;
          "team_id": string | null;
          "trusted_authserv_ids": (string)[];
          "trusted_forms": (string)[];
          "trusted_rewriters": (string)[];
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "address": string;
          "channel_id"?: string;
          "created_at"?: string;
          "is_active"?: boolean;
          "name"?: string;
          "provider"?: string;
          "reply_domain"?: string | null;
          "team_id"?: string | null;
          "trusted_authserv_ids"?: (string)[];
          "trusted_forms"?: (string)[];
          "trusted_rewriters"?: (string)[];
          "updated_at"?: string;
        };
        Update: {
          "address"?: string;
          "channel_id"?: string;
          "created_at"?: string;
          "is_active"?: boolean;
          "name"?: string;
          "provider"?: string;
          "reply_domain"?: string | null;
          "team_id"?: string | null;
          "trusted_authserv_ids"?: (string)[];
          "trusted_forms"?: (string)[];
          "trusted_rewriters"?: (string)[];
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "email_channels_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "email_suppressions": {
        Row: {
          "address": string;
          "created_at": string;
          "created_by": string | null;
          "detail": string;
          "reason": string;
        };
        ComputedFields: never;
        Insert: {
          "address": string;
          "created_at"?: string;
          "created_by"?: string | null;
          "detail"?: string;
          "reason"?: string;
        };
        Update: {
          "address"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "detail"?: string;
          "reason"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "email_suppressions_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "events": {
        Row: {
          "actor_id": string | null;
          "actor_kind": string;
          "actor_name": string;
          "assigned_to": string | null;
          "audience": string;
          "changes_access": boolean;
          "created_at": string;
          "data": NonNullable<Json>;
          "event_id": number;
          "requester_id": string | null;
          "team_id": string | null;
          "ticket_id": string | null;
          "ticket_number": number | null;
          "ticket_revision": number | null;
          "type": string;
          "xid": unknown;
        };
        ComputedFields: never;
        Insert: {
          "actor_id"?: string | null;
          "actor_kind": string;
          "actor_name": string;
          "assigned_to"?: string | null;
          "audience": string;
          "changes_access"?: boolean;
          "created_at"?: string;
          "data": NonNullable<Json>;
          "event_id"?: never;
          "requester_id"?: string | null;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "ticket_number"?: number | null;
          "ticket_revision"?: number | null;
          "type": string;
          "xid": unknown;
        };
        Update: {
          "actor_id"?: string | null;
          "actor_kind"?: string;
          "actor_name"?: string;
          "assigned_to"?: string | null;
          "audience"?: string;
          "changes_access"?: boolean;
          "created_at"?: string;
          "data"?: NonNullable<Json>;
          "event_id"?: never;
          "requester_id"?: string | null;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "ticket_number"?: number | null;
          "ticket_revision"?: number | null;
          "type"?: string;
          "xid"?: unknown;
        };
        Relationships: [];
      };
      "field_definitions": {
        Row: {
          "audience": string;
          "created_at": string;
          "customer_label": string | null;
          "for_all_teams": boolean;
          "help_text": string;
          "key": string;
          "label": string;
          "position": number;
          "required_for": string;
          "retired_at": string | null;
          "type": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "audience"?: string;
          "created_at"?: string;
          "customer_label"?: string | null;
          "for_all_teams"?: boolean;
          "help_text"?: string;
          "key": string;
          "label": string;
          "position": number;
          "required_for"?: string;
          "retired_at"?: string | null;
          "type": string;
          "updated_at"?: string;
        };
        Update: {
          "audience"?: string;
          "created_at"?: string;
          "customer_label"?: string | null;
          "for_all_teams"?: boolean;
          "help_text"?: string;
          "key"?: string;
          "label"?: string;
          "position"?: number;
          "required_for"?: string;
          "retired_at"?: string | null;
          "type"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "field_options": {
        Row: {
          "created_at": string;
          "field_key": string;
          "label": string;
          "position": number;
          "retired_at": string | null;
          "value": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "field_key": string;
          "label": string;
          "position": number;
          "retired_at"?: string | null;
          "value": string;
        };
        Update: {
          "created_at"?: string;
          "field_key"?: string;
          "label"?: string;
          "position"?: number;
          "retired_at"?: string | null;
          "value"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "field_options_field_key_fkey";
            columns: ["field_key"];
            isOneToOne: false;
            referencedRelation: "field_definitions";
            referencedColumns: ["key"];
          },
        ];
      };
      "field_teams": {
        Row: {
          "field_key": string;
          "team_id": string;
        };
        ComputedFields: never;
        Insert: {
          "field_key": string;
          "team_id": string;
        };
        Update: {
          "field_key"?: string;
          "team_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "field_teams_field_key_fkey";
            columns: ["field_key"];
            isOneToOne: false;
            referencedRelation: "field_definitions";
            referencedColumns: ["key"];
          },
          {
            foreignKeyName: "field_teams_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "gap_questions": {
        Row: {
          "asked_at": string;
          "gap_id": string;
          "message_id": string | null;
          "run_id": string | null;
          "source": string;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "asked_at"?: string;
          "gap_id": string;
          "message_id"?: string | null;
          "run_id"?: string | null;
          "source": string;
          "ticket_id": string;
        };
        Update: {
          "asked_at"?: string;
          "gap_id"?: string;
          "message_id"?: string | null;
          "run_id"?: string | null;
          "source"?: string;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "gap_questions_gap_id_fkey";
            columns: ["gap_id"];
            isOneToOne: false;
            referencedRelation: "gap_report";
            referencedColumns: ["gap_id"];
          },
          {
            foreignKeyName: "gap_questions_gap_id_fkey";
            columns: ["gap_id"];
            isOneToOne: false;
            referencedRelation: "knowledge_gaps";
            referencedColumns: ["gap_id"];
          },
          {
            foreignKeyName: "gap_questions_message_id_fkey";
            columns: ["message_id"];
            isOneToOne: false;
            referencedRelation: "messages";
            referencedColumns: ["message_id"];
          },
          {
            foreignKeyName: "gap_questions_run_id_fkey";
            columns: ["run_id"];
            isOneToOne: false;
            referencedRelation: "ai_runs";
            referencedColumns: ["run_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "inbound_emails": {
        Row: {
          "author_id": string | null;
          "body": string | null;
          "channel_id": string | null;
          "decided_at": string | null;
          "decided_by": string | null;
          "evidence": NonNullable<Json>;
          "flags": (string)[];
          "from_address": string | null;
          "from_name": string | null;
          "has_html": boolean;
          "inbound_id": string;
          "message_id": string | null;
          "note_id": string | null;
          "outcome": string | null;
          "post_id": string | null;
          "raw_deleted_at": string | null;
          "raw_key": string;
          "reason": string | null;
          "received_at": string;
          "recipients": (string)[];
          "redacted_at": string | null;
          "sent_at": string | null;
          "size": number;
          "source": string;
          "subject": string | null;
          "team_id": string | null;
          "ticket_id": string | null;
          "trimmed_from": number | null;
          "verdict": string | null;
        };
        ComputedFields: never;
        Insert: {
          "author_id"?: string | null;
          "body"?: string | null;
          "channel_id"?: string | null;
          "decided_at"?: string | null;
          "decided_by"?: string | null;
          "evidence"?: NonNullable<Json>;
          "flags"?: (string)[];
          "from_address"?: string | null;
          "from_name"?: string | null;
          "has_html"?: boolean;
          "inbound_id"?: string;
          "message_id"?: string | null;
          "note_id"?: string | null;
          "outcome"?: string | null;
          "post_id"?: string | null;
          "raw_deleted_at"?: string | null;
          "raw_key": string;
          "reason"?: string | null;
          "received_at"?: string;
          "recipients"?: (string)[];
          "redacted_at"?: string | null;
          "sent_at"?: string | null;
          "size": number;
          "source": string;
          "subject"?: string | null;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "trimmed_from"?: number | null;
          "verdict"?: string | null;
        };
        Update: {
          "author_id"?: string | null;
          "body"?: string | null;
          "channel_id"?: string | null;
          "decided_at"?: string | null;
          "decided_by"?: string | null;
          "evidence"?: NonNullable<Json>;
          "flags"?: (string)[];
          "from_address"?: string | null;
          "from_name"?: string | null;
          "has_html"?: boolean;
          "inbound_id"?: string;
          "message_id"?: string | null;
          "note_id"?: string | null;
          "outcome"?: string | null;
          "post_id"?: string | null;
          "raw_deleted_at"?: string | null;
          "raw_key"?: string;
          "reason"?: string | null;
          "received_at"?: string;
          "recipients"?: (string)[];
          "redacted_at"?: string | null;
          "sent_at"?: string | null;
          "size"?: number;
          "source"?: string;
          "subject"?: string | null;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "trimmed_from"?: number | null;
          "verdict"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "inbound_emails_author_id_fkey";
            columns: ["author_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "inbound_emails_channel_id_fkey";
            columns: ["channel_id"];
            isOneToOne: false;
            referencedRelation: "email_channels";
            referencedColumns: ["channel_id"];
          },
          {
            foreignKeyName: "inbound_emails_decided_by_fkey";
            columns: ["decided_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "inbound_emails_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
          {
            foreignKeyName: "inbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "inbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "inbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "inbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "inbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "inbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "invitations": {
        Row: {
          "accepted_at": string | null;
          "created_at": string;
          "email": string;
          "expires_at": string;
          "invitation_id": string;
          "invited_by": string | null;
          "revoked_at": string | null;
          "role": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "accepted_at"?: string | null;
          "created_at"?: string;
          "email": string;
          "expires_at"?: string;
          "invitation_id"?: string;
          "invited_by"?: string | null;
          "revoked_at"?: string | null;
          "role": string;
          "user_id": string;
        };
        Update: {
          "accepted_at"?: string | null;
          "created_at"?: string;
          "email"?: string;
          "expires_at"?: string;
          "invitation_id"?: string;
          "invited_by"?: string | null;
          "revoked_at"?: string | null;
          "role"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "invitations_invited_by_fkey";
            columns: ["invited_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "invitations_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "knowledge_gaps": {
        Row: {
          "article_id": string | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "gap_id": string;
          "state": string;
          "team_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "article_id"?: string | null;
          "created_at"?: string;
          "decided_at"?: string | null;
          "decided_by"?: string | null;
          "gap_id"?: string;
          "state"?: string;
          "team_id"?: string | null;
        };
        Update: {
          "article_id"?: string | null;
          "created_at"?: string;
          "decided_at"?: string | null;
          "decided_by"?: string | null;
          "gap_id"?: string;
          "state"?: string;
          "team_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "knowledge_gaps_article_id_fkey";
            columns: ["article_id"];
            isOneToOne: false;
            referencedRelation: "articles";
            referencedColumns: ["article_id"];
          },
          {
            foreignKeyName: "knowledge_gaps_decided_by_fkey";
            columns: ["decided_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "knowledge_gaps_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "label_examples": {
        Row: {
          "confirmed_by": string | null;
          "created_at": string;
          "kind": string;
          "label": string;
          "source": string;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "confirmed_by"?: string | null;
          "created_at"?: string;
          "kind": string;
          "label": string;
          "source": string;
          "ticket_id": string;
        };
        Update: {
          "confirmed_by"?: string | null;
          "created_at"?: string;
          "kind"?: string;
          "label"?: string;
          "source"?: string;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "label_examples_confirmed_by_fkey";
            columns: ["confirmed_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "label_examples_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "label_examples_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "label_examples_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "label_examples_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "label_examples_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "label_examples_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "messages": {
        Row: {
          "author_id": string | null;
          "author_kind": string;
          "author_name": string;
          "body": string;
          "chosen_status": string | null;
          "created_at": string;
          "imported": boolean;
          "message_id": string;
          "redacted_at": string | null;
          "requester_id": string;
          "sequence": number;
          "ticket_id": string;
          "via_ticket_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "author_id"?: string | null;
          "author_kind": string;
          "author_name": string;
          "body": string;
          "chosen_status"?: string | null;
          "created_at"?: string;
          "imported"?: boolean;
          "message_id"?: string;
          "redacted_at"?: string | null;
          "requester_id": string;
          "sequence"?: number;
          "ticket_id": string;
          "via_ticket_id"?: string | null;
        };
        Update: {
          "author_id"?: string | null;
          "author_kind"?: string;
          "author_name"?: string;
          "body"?: string;
          "chosen_status"?: string | null;
          "created_at"?: string;
          "imported"?: boolean;
          "message_id"?: string;
          "redacted_at"?: string | null;
          "requester_id"?: string;
          "sequence"?: number;
          "ticket_id"?: string;
          "via_ticket_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "messages_author_id_fkey";
            columns: ["author_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "messages_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "messages_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "messages_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "messages_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "messages_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "messages_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "notes": {
        Row: {
          "author_id": string | null;
          "author_name": string;
          "body": string;
          "created_at": string;
          "imported": boolean;
          "note_id": string;
          "sequence": number;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "author_id"?: string | null;
          "author_name": string;
          "body": string;
          "created_at"?: string;
          "imported"?: boolean;
          "note_id"?: string;
          "sequence"?: number;
          "ticket_id": string;
        };
        Update: {
          "author_id"?: string | null;
          "author_name"?: string;
          "body"?: string;
          "created_at"?: string;
          "imported"?: boolean;
          "note_id"?: string;
          "sequence"?: number;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "notes_author_id_fkey";
            columns: ["author_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "notes_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "notes_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "notes_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "notes_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "notes_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "notes_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "outbound_emails": {
        Row: {
          "bounce_reason": string | null;
          "bounced_at": string | null;
          "channel_id": string | null;
          "complained_at": string | null;
          "created_at": string;
          "delivered_at": string | null;
          "details": NonNullable<Json>;
          "email_id": string;
          "kind": string;
          "locale": string | null;
          "message_id": string | null;
          "minted_id": string;
          "problem": string | null;
          "provider_id": string | null;
          "recipient": string;
          "sent_at": string | null;
          "stamped_id": string | null;
          "state": string;
          "subject": string;
          "ticket_id": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "bounce_reason"?: string | null;
          "bounced_at"?: string | null;
          "channel_id"?: string | null;
          "complained_at"?: string | null;
          "created_at"?: string;
          "delivered_at"?: string | null;
          "details"?: NonNullable<Json>;
          "email_id"?: string;
          "kind": string;
          "locale"?: string | null;
          "message_id"?: string | null;
          "minted_id": string;
          "problem"?: string | null;
          "provider_id"?: string | null;
          "recipient": string;
          "sent_at"?: string | null;
          "stamped_id"?: string | null;
          "state"?: string;
          "subject": string;
          "ticket_id"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "bounce_reason"?: string | null;
          "bounced_at"?: string | null;
          "channel_id"?: string | null;
          "complained_at"?: string | null;
          "created_at"?: string;
          "delivered_at"?: string | null;
          "details"?: NonNullable<Json>;
          "email_id"?: string;
          "kind"?: string;
          "locale"?: string | null;
          "message_id"?: string | null;
          "minted_id"?: string;
          "problem"?: string | null;
          "provider_id"?: string | null;
          "recipient"?: string;
          "sent_at"?: string | null;
          "stamped_id"?: string | null;
          "state"?: string;
          "subject"?: string;
          "ticket_id"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "outbound_emails_channel_id_fkey";
            columns: ["channel_id"];
            isOneToOne: false;
            referencedRelation: "email_channels";
            referencedColumns: ["channel_id"];
          },
          {
            foreignKeyName: "outbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "outbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "outbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "outbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "outbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "outbound_emails_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "outbound_emails_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "outbox": {
        Row: {
          "attempts": number;
          "created_at": string;
          "delivery_id": string;
          "event_id": number | null;
          "finished_at": string | null;
          "kind": string;
          "last_answer": string | null;
          "last_ms": number | null;
          "last_problem": string | null;
          "last_status": number | null;
          "leased_until": string | null;
          "next_at": string | null;
          "order_key": string;
          "out_of_order": boolean;
          "sequence": number;
          "state": string;
          "target_id": string;
          "ticket_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "created_at"?: string;
          "delivery_id"?: string;
          "event_id"?: number | null;
          "finished_at"?: string | null;
          "kind": string;
          "last_answer"?: string | null;
          "last_ms"?: number | null;
          "last_problem"?: string | null;
          "last_status"?: number | null;
          "leased_until"?: string | null;
          "next_at"?: string | null;
          "order_key": string;
          "out_of_order"?: boolean;
          "sequence": number;
          "state"?: string;
          "target_id": string;
          "ticket_id"?: string | null;
        };
        Update: {
          "attempts"?: number;
          "created_at"?: string;
          "delivery_id"?: string;
          "event_id"?: number | null;
          "finished_at"?: string | null;
          "kind"?: string;
          "last_answer"?: string | null;
          "last_ms"?: number | null;
          "last_problem"?: string | null;
          "last_status"?: number | null;
          "leased_until"?: string | null;
          "next_at"?: string | null;
          "order_key"?: string;
          "out_of_order"?: boolean;
          "sequence"?: number;
          "state"?: string;
          "target_id"?: string;
          "ticket_id"?: string | null;
        };
        Relationships: [];
      };
      "proposals": {
        Row: {
          "confidence": number | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "distance": number | null;
          "expires_at": string;
          "final": Json | null;
          "flags": (string)[];
          "kind": string;
          "language": string | null;
          "last_message_id": string | null;
          "mode": string;
          "payload": NonNullable<Json>;
          "proposal_id": string;
          "reject_reason": string | null;
          "run_id": string;
          "seconds_to_decide": number | null;
          "shown_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
        };
        ComputedFields: never;
        Insert: {
          "confidence"?: number | null;
          "created_at"?: string;
          "decided_at"?: string | null;
          "decided_by"?: string | null;
          "distance"?: number | null;
          "expires_at": string;
          "final"?: Json | null;
          "flags"?: (string)[];
          "kind": string;
          "language"?: string | null;
          "last_message_id"?: string | null;
          "mode": string;
          "payload": NonNullable<Json>;
          "proposal_id"?: string;
          "reject_reason"?: string | null;
          "run_id": string;
          "seconds_to_decide"?: never;
          "shown_at"?: string | null;
          "state"?: string;
          "ticket_id": string;
          "ticket_revision": number;
        };
        Update: {
          "confidence"?: number | null;
          "created_at"?: string;
          "decided_at"?: string | null;
          "decided_by"?: string | null;
          "distance"?: number | null;
          "expires_at"?: string;
          "final"?: Json | null;
          "flags"?: (string)[];
          "kind"?: string;
          "language"?: string | null;
          "last_message_id"?: string | null;
          "mode"?: string;
          "payload"?: NonNullable<Json>;
          "proposal_id"?: string;
          "reject_reason"?: string | null;
          "run_id"?: string;
          "seconds_to_decide"?: never;
          "shown_at"?: string | null;
          "state"?: string;
          "ticket_id"?: string;
          "ticket_revision"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "proposals_decided_by_fkey";
            columns: ["decided_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "proposals_run_id_fkey";
            columns: ["run_id"];
            isOneToOne: false;
            referencedRelation: "ai_runs";
            referencedColumns: ["run_id"];
          },
          {
            foreignKeyName: "proposals_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "proposals_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "proposals_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "proposals_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "proposals_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "proposals_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "run_chunks": {
        Row: {
          "chunk_id": string;
          "n": number;
          "run_id": string;
          "score": number;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "chunk_id": string;
          "n": number;
          "run_id": string;
          "score": number;
          "ticket_id": string;
        };
        Update: {
          "chunk_id"?: string;
          "n"?: number;
          "run_id"?: string;
          "score"?: number;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "run_chunks_chunk_id_fkey";
            columns: ["chunk_id"];
            isOneToOne: false;
            referencedRelation: "article_chunks";
            referencedColumns: ["chunk_id"];
          },
          {
            foreignKeyName: "run_chunks_run_id_fkey";
            columns: ["run_id"];
            isOneToOne: false;
            referencedRelation: "ai_runs";
            referencedColumns: ["run_id"];
          },
          {
            foreignKeyName: "run_chunks_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "run_chunks_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "run_chunks_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "run_chunks_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "run_chunks_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "run_chunks_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "settings": {
        Row: {
          "article_publishers": string;
          "article_writers": string;
          "attachment_max_bytes": number;
          "attachment_max_bytes_per_ticket": number;
          "attachment_max_per_message": number;
          "attachment_max_per_ticket": number;
          "attachment_require_check": boolean;
          "attachment_types": (string)[];
          "console_url": string | null;
          "email_acknowledgements": string;
          "email_batch_minutes": number;
          "email_locale": string;
          "email_max_per_minute": number;
          "email_notifications": (string)[];
          "email_reopen_days": number;
          "email_reply_line": boolean;
          "email_tickets_per_channel": number;
          "email_tickets_per_domain": number;
          "email_tickets_per_known_sender": number;
          "email_tickets_per_sender": number;
          "singleton": boolean;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "article_publishers"?: string;
          "article_writers"?: string;
          "attachment_max_bytes"?: number;
          "attachment_max_bytes_per_ticket"?: number;
          "attachment_max_per_message"?: number;
          "attachment_max_per_ticket"?: number;
          "attachment_require_check"?: boolean;
          "attachment_types"?: (string)[];
          "console_url"?: string | null;
          "email_acknowledgements"?: string;
          "email_batch_minutes"?: number;
          "email_locale"?: string;
          "email_max_per_minute"?: number;
          "email_notifications"?: (string)[];
          "email_reopen_days"?: number;
          "email_reply_line"?: boolean;
          "email_tickets_per_channel"?: number;
          "email_tickets_per_domain"?: number;
          "email_tickets_per_known_sender"?: number;
          "email_tickets_per_sender"?: number;
          "singleton"?: boolean;
          "updated_at"?: string;
        };
        Update: {
          "article_publishers"?: string;
          "article_writers"?: string;
          "attachment_max_bytes"?: number;
          "attachment_max_bytes_per_ticket"?: number;
          "attachment_max_per_message"?: number;
          "attachment_max_per_ticket"?: number;
          "attachment_require_check"?: boolean;
          "attachment_types"?: (string)[];
          "console_url"?: string | null;
          "email_acknowledgements"?: string;
          "email_batch_minutes"?: number;
          "email_locale"?: string;
          "email_max_per_minute"?: number;
          "email_notifications"?: (string)[];
          "email_reopen_days"?: number;
          "email_reply_line"?: boolean;
          "email_tickets_per_channel"?: number;
          "email_tickets_per_domain"?: number;
          "email_tickets_per_known_sender"?: number;
          "email_tickets_per_sender"?: number;
          "singleton"?: boolean;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "slack_channels": {
        Row: {
          "channel_id": string;
          "channel_name": string;
          "connection_id": string;
          "created_at": string;
          "created_by": string | null;
          "disabled_at": string | null;
          "disabled_reason": string | null;
          "events": (string)[];
          "is_active": boolean;
          "slack_channel_id": string;
          "team_id": string | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "channel_id": string;
          "channel_name"?: string;
          "connection_id": string;
          "created_at"?: string;
          "created_by"?: string | null;
          "disabled_at"?: string | null;
          "disabled_reason"?: string | null;
          "events"?: (string)[];
          "is_active"?: boolean;
          "slack_channel_id"?: string;
          "team_id"?: string | null;
          "updated_at"?: string;
        };
        Update: {
          "channel_id"?: string;
          "channel_name"?: string;
          "connection_id"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "disabled_at"?: string | null;
          "disabled_reason"?: string | null;
          "events"?: (string)[];
          "is_active"?: boolean;
          "slack_channel_id"?: string;
          "team_id"?: string | null;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "slack_channels_connection_id_fkey";
            columns: ["connection_id"];
            isOneToOne: false;
            referencedRelation: "slack_connections";
            referencedColumns: ["connection_id"];
          },
          {
            foreignKeyName: "slack_channels_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "slack_channels_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "slack_connections": {
        Row: {
          "bot_user_id": string;
          "connection_id": string;
          "created_at": string;
          "created_by": string | null;
          "disabled_at": string | null;
          "disabled_reason": string | null;
          "is_active": boolean;
          "updated_at": string;
          "workspace_id": string;
          "workspace_name": string;
        };
        ComputedFields: never;
        Insert: {
          "bot_user_id": string;
          "connection_id"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "disabled_at"?: string | null;
          "disabled_reason"?: string | null;
          "is_active"?: boolean;
          "updated_at"?: string;
          "workspace_id": string;
          "workspace_name"?: string;
        };
        Update: {
          "bot_user_id"?: string;
          "connection_id"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "disabled_at"?: string | null;
          "disabled_reason"?: string | null;
          "is_active"?: boolean;
          "updated_at"?: string;
          "workspace_id"?: string;
          "workspace_name"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "slack_connections_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "status_transitions": {
        Row: {
          "from_status": string;
          "role": string;
          "to_status": string;
        };
        ComputedFields: never;
        Insert: {
          "from_status": string;
          "role": string;
          "to_status": string;
        };
        Update: {
          "from_status"?: string;
          "role"?: string;
          "to_status"?: string;
        };
        Relationships: [];
      };
      "team_members": {
        Row: {
          "created_at": string;
          "team_id": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "team_id": string;
          "user_id": string;
        };
        Update: {
          "created_at"?: string;
          "team_id"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "team_members_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
          {
            foreignKeyName: "team_members_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "teams": {
        Row: {
          "created_at": string;
          "description": string;
          "is_default": boolean;
          "is_public": boolean;
          "name": string;
          "team_id": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "description"?: string;
          "is_default"?: boolean;
          "is_public"?: boolean;
          "name": string;
          "team_id"?: string;
          "updated_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "description"?: string;
          "is_default"?: boolean;
          "is_public"?: boolean;
          "name"?: string;
          "team_id"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "ticket_field_values": {
        Row: {
          "field_key": string;
          "number_value": number | null;
          "requester_id": string;
          "staff_only": boolean;
          "team_id": string;
          "text_value": string;
          "ticket_created_at": string;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "field_key": string;
          "number_value"?: number | null;
          "requester_id": string;
          "staff_only": boolean;
          "team_id": string;
          "text_value": string;
          "ticket_created_at": string;
          "ticket_id": string;
        };
        Update: {
          "field_key"?: string;
          "number_value"?: number | null;
          "requester_id"?: string;
          "staff_only"?: boolean;
          "team_id"?: string;
          "text_value"?: string;
          "ticket_created_at"?: string;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ticket_field_values_field_key_fkey";
            columns: ["field_key"];
            isOneToOne: false;
            referencedRelation: "field_definitions";
            referencedColumns: ["key"];
          },
          {
            foreignKeyName: "ticket_field_values_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_field_values_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_field_values_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_field_values_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_field_values_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_field_values_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "ticket_links": {
        Row: {
          "kind": string;
          "link_id": string;
          "linked_at": string;
          "linked_by": string | null;
          "requester_id": string | null;
          "source_id": string;
          "target_id": string;
          "unlinked_at": string | null;
          "unlinked_by": string | null;
        };
        ComputedFields: never;
        Insert: {
          "kind": string;
          "link_id"?: string;
          "linked_at"?: string;
          "linked_by"?: string | null;
          "requester_id"?: string | null;
          "source_id": string;
          "target_id": string;
          "unlinked_at"?: string | null;
          "unlinked_by"?: string | null;
        };
        Update: {
          "kind"?: string;
          "link_id"?: string;
          "linked_at"?: string;
          "linked_by"?: string | null;
          "requester_id"?: string | null;
          "source_id"?: string;
          "target_id"?: string;
          "unlinked_at"?: string | null;
          "unlinked_by"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "ticket_links_linked_by_fkey";
            columns: ["linked_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "ticket_links_requester_id_fkey";
            columns: ["requester_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "ticket_links_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_links_unlinked_by_fkey";
            columns: ["unlinked_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "ticket_merges": {
        Row: {
          "added_tags": (string)[];
          "merge_id": string;
          "merged_at": string;
          "merged_by": string | null;
          "source_closed_at": string | null;
          "source_id": string;
          "source_resolved_at": string | null;
          "source_snoozed_until": string | null;
          "source_status": string;
          "target_id": string;
          "unmerged_at": string | null;
          "unmerged_by": string | null;
        };
        ComputedFields: never;
        Insert: {
          "added_tags": (string)[];
          "merge_id"?: string;
          "merged_at"?: string;
          "merged_by"?: string | null;
          "source_closed_at"?: string | null;
          "source_id": string;
          "source_resolved_at"?: string | null;
          "source_snoozed_until"?: string | null;
          "source_status": string;
          "target_id": string;
          "unmerged_at"?: string | null;
          "unmerged_by"?: string | null;
        };
        Update: {
          "added_tags"?: (string)[];
          "merge_id"?: string;
          "merged_at"?: string;
          "merged_by"?: string | null;
          "source_closed_at"?: string | null;
          "source_id"?: string;
          "source_resolved_at"?: string | null;
          "source_snoozed_until"?: string | null;
          "source_status"?: string;
          "target_id"?: string;
          "unmerged_at"?: string | null;
          "unmerged_by"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "ticket_merges_merged_by_fkey";
            columns: ["merged_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "ticket_merges_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_source_id_fkey";
            columns: ["source_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_target_id_fkey";
            columns: ["target_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_merges_unmerged_by_fkey";
            columns: ["unmerged_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "ticket_participants": {
        Row: {
          "address": string;
          "created_at": string;
          "name": string;
          "receives_copies": boolean;
          "source": string;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "address": string;
          "created_at"?: string;
          "name"?: string;
          "receives_copies"?: boolean;
          "source"?: string;
          "ticket_id": string;
        };
        Update: {
          "address"?: string;
          "created_at"?: string;
          "name"?: string;
          "receives_copies"?: boolean;
          "source"?: string;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ticket_participants_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_participants_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_participants_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_participants_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_participants_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_participants_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "ticket_staff_fields": {
        Row: {
          "staff_fields": NonNullable<Json>;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "staff_fields": NonNullable<Json>;
          "ticket_id": string;
        };
        Update: {
          "staff_fields"?: NonNullable<Json>;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ticket_staff_fields_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: true;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_staff_fields_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: true;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_staff_fields_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: true;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_staff_fields_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: true;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_staff_fields_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: true;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_staff_fields_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: true;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "ticket_tags": {
        Row: {
          "created_at": string;
          "tag": string;
          "ticket_created_at": string;
          "ticket_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "tag": string;
          "ticket_created_at": string;
          "ticket_id": string;
        };
        Update: {
          "created_at"?: string;
          "tag"?: string;
          "ticket_created_at"?: string;
          "ticket_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ticket_tags_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_tags_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_tags_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_tags_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_tags_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "ticket_tags_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "tickets": {
        Row: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "assigned_to"?: string | null;
          "channel"?: string;
          "closed_at"?: string | null;
          "created_at"?: string;
          "created_by": string;
          "custom_fields"?: NonNullable<Json>;
          "description"?: string;
          "external_id"?: string | null;
          "first_response_at"?: string | null;
          "last_message_id"?: string | null;
          "merged_into"?: string | null;
          "number"?: number;
          "priority"?: string;
          "priority_rank"?: never;
          "resolved_at"?: string | null;
          "revision"?: number;
          "snoozed_until"?: string | null;
          "status"?: string;
          "team_id": string;
          "ticket_id"?: string;
          "title": string;
          "updated_at"?: string;
        };
        Update: {
          "assigned_to"?: string | null;
          "channel"?: string;
          "closed_at"?: string | null;
          "created_at"?: string;
          "created_by"?: string;
          "custom_fields"?: NonNullable<Json>;
          "description"?: string;
          "external_id"?: string | null;
          "first_response_at"?: string | null;
          "last_message_id"?: string | null;
          "merged_into"?: string | null;
          "number"?: number;
          "priority"?: string;
          "priority_rank"?: never;
          "resolved_at"?: string | null;
          "revision"?: number;
          "snoozed_until"?: string | null;
          "status"?: string;
          "team_id"?: string;
          "ticket_id"?: string;
          "title"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "tickets_assigned_to_fkey";
            columns: ["assigned_to"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "user_emails": {
        Row: {
          "created_at": string;
          "created_by": string | null;
          "email": string;
          "user_id": string;
          "verified_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string | null;
          "email": string;
          "user_id": string;
          "verified_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string | null;
          "email"?: string;
          "user_id"?: string;
          "verified_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "user_emails_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "user_emails_user_id_fkey";
            columns: ["user_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
        ];
      };
      "users": {
        Row: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "auth_user_id"?: string | null;
          "created_at"?: string;
          "email"?: string | null;
          "is_active"?: boolean;
          "name"?: string;
          "role"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Update: {
          "auth_user_id"?: string | null;
          "created_at"?: string;
          "email"?: string | null;
          "is_active"?: boolean;
          "name"?: string;
          "role"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Relationships: [];
      };
      "views": {
        Row: {
          "audience": string;
          "columns": (string)[];
          "created_at": string;
          "name": string;
          "owner_id": string | null;
          "sort": string;
          "team_id": string | null;
          "tree": NonNullable<Json>;
          "updated_at": string;
          "view_id": string;
        };
        ComputedFields: never;
        Insert: {
          "audience"?: string;
          "columns"?: (string)[];
          "created_at"?: string;
          "name": string;
          "owner_id"?: string | null;
          "sort"?: string;
          "team_id"?: string | null;
          "tree": NonNullable<Json>;
          "updated_at"?: string;
          "view_id"?: string;
        };
        Update: {
          "audience"?: string;
          "columns"?: (string)[];
          "created_at"?: string;
          "name"?: string;
          "owner_id"?: string | null;
          "sort"?: string;
          "team_id"?: string | null;
          "tree"?: NonNullable<Json>;
          "updated_at"?: string;
          "view_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "views_owner_id_fkey";
            columns: ["owner_id"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "views_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "webhooks": {
        Row: {
          "audience": string;
          "created_at": string;
          "created_by": string | null;
          "description": string;
          "disabled_at": string | null;
          "disabled_reason": string | null;
          "event_types": (string)[];
          "failing_since": string | null;
          "is_active": boolean;
          "team_id": string | null;
          "updated_at": string;
          "url": string;
          "webhook_id": string;
        };
        ComputedFields: never;
        Insert: {
          "audience"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "description"?: string;
          "disabled_at"?: string | null;
          "disabled_reason"?: string | null;
          "event_types"?: (string)[];
          "failing_since"?: string | null;
          "is_active"?: boolean;
          "team_id"?: string | null;
          "updated_at"?: string;
          "url": string;
          "webhook_id"?: string;
        };
        Update: {
          "audience"?: string;
          "created_at"?: string;
          "created_by"?: string | null;
          "description"?: string;
          "disabled_at"?: string | null;
          "disabled_reason"?: string | null;
          "event_types"?: (string)[];
          "failing_since"?: string | null;
          "is_active"?: boolean;
          "team_id"?: string | null;
          "updated_at"?: string;
          "url"?: string;
          "webhook_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "webhooks_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "webhooks_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
    };
    Views: {
      "conversation": {
        Row: {
          "author_id": string | null;
          "author_kind": string | null;
          "author_name": string | null;
          "body": string | null;
          "chosen_status": string | null;
          "conversation_id": string | null;
          "created_at": string | null;
          "imported": boolean | null;
          "message_id": string | null;
          "redacted_at": string | null;
          "requester_id": string | null;
          "sequence": number | null;
          "ticket_id": string | null;
          "via_ticket_id": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "conversation_notes": {
        Row: {
          "author_id": string | null;
          "author_name": string | null;
          "body": string | null;
          "conversation_id": string | null;
          "created_at": string | null;
          "imported": boolean | null;
          "note_id": string | null;
          "sequence": number | null;
          "ticket_id": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "gap_report": {
        Row: {
          "article_id": string | null;
          "decided_at": string | null;
          "decided_by": string | null;
          "first_at": string | null;
          "gap_id": string;
          "last_at": string | null;
          "last_ticket_id": string;
          "last_ticket_number": number;
          "nothing_found": number | null;
          "question": string | null;
          "rejected": number | null;
          "state": string;
          "team_id": string | null;
          "tickets": number | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["last_ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["last_ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["last_ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["last_ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["last_ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "gap_questions_ticket_id_fkey";
            columns: ["last_ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "knowledge_gaps_article_id_fkey";
            columns: ["article_id"];
            isOneToOne: false;
            referencedRelation: "articles";
            referencedColumns: ["article_id"];
          },
          {
            foreignKeyName: "knowledge_gaps_decided_by_fkey";
            columns: ["decided_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "knowledge_gaps_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "my_field_tickets": {
        Row: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "field_key": string;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "number_value": number | null;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "tags": (string)[] | null;
          "team_id": string;
          "text_value": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "ticket_field_values_field_key_fkey";
            columns: ["field_key"];
            isOneToOne: false;
            referencedRelation: "field_definitions";
            referencedColumns: ["key"];
          },
          {
            foreignKeyName: "tickets_assigned_to_fkey";
            columns: ["assigned_to"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "my_tickets": {
        Row: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "tags": (string)[] | null;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "assigned_to"?: string | null;
          "channel"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string | null;
          "created_by"?: string | null;
          "custom_fields"?: Json | null;
          "description"?: string | null;
          "external_id"?: string | null;
          "first_response_at"?: string | null;
          "last_message_id"?: string | null;
          "merged_into"?: string | null;
          "number"?: number | null;
          "priority"?: string | null;
          "priority_rank"?: number | null;
          "resolved_at"?: string | null;
          "revision"?: number | null;
          "snoozed_until"?: string | null;
          "status"?: string | null;
          "tags"?: never;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
        };
        Update: {
          "assigned_to"?: string | null;
          "channel"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string | null;
          "created_by"?: string | null;
          "custom_fields"?: Json | null;
          "description"?: string | null;
          "external_id"?: string | null;
          "first_response_at"?: string | null;
          "last_message_id"?: string | null;
          "merged_into"?: string | null;
          "number"?: number | null;
          "priority"?: string | null;
          "priority_rank"?: number | null;
          "resolved_at"?: string | null;
          "revision"?: number | null;
          "snoozed_until"?: string | null;
          "status"?: string | null;
          "tags"?: never;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "tickets_assigned_to_fkey";
            columns: ["assigned_to"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "stale_citations": {
        Row: {
          "article_id": string;
          "at": string | null;
          "citation_id": string;
          "cited_version": number;
          "current_version": number | null;
          "kind": string;
          "locale": string;
          "problem": string | null;
          "proposal_id": string;
          "proposal_state": string;
          "quote": string;
          "reject_reason": string | null;
          "slug": string;
          "ticket_id": string;
          "title": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "article_chunks_article_id_fkey";
            columns: ["article_id"];
            isOneToOne: false;
            referencedRelation: "articles";
            referencedColumns: ["article_id"];
          },
          {
            foreignKeyName: "citations_proposal_id_fkey";
            columns: ["proposal_id"];
            isOneToOne: false;
            referencedRelation: "proposals";
            referencedColumns: ["proposal_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "citations_ticket_id_fkey";
            columns: ["ticket_id"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
        ];
      };
      "tagged_tickets": {
        Row: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "tag": string;
          "tags": (string)[] | null;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "tickets_assigned_to_fkey";
            columns: ["assigned_to"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "team_field_tickets": {
        Row: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "field_key": string;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "number_value": number | null;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "tags": (string)[] | null;
          "team_id": string;
          "text_value": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "ticket_field_values_field_key_fkey";
            columns: ["field_key"];
            isOneToOne: false;
            referencedRelation: "field_definitions";
            referencedColumns: ["key"];
          },
          {
            foreignKeyName: "tickets_assigned_to_fkey";
            columns: ["assigned_to"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
      "team_tickets": {
        Row: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "tags": (string)[] | null;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "assigned_to"?: string | null;
          "channel"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string | null;
          "created_by"?: string | null;
          "custom_fields"?: Json | null;
          "description"?: string | null;
          "external_id"?: string | null;
          "first_response_at"?: string | null;
          "last_message_id"?: string | null;
          "merged_into"?: string | null;
          "number"?: number | null;
          "priority"?: string | null;
          "priority_rank"?: number | null;
          "resolved_at"?: string | null;
          "revision"?: number | null;
          "snoozed_until"?: string | null;
          "status"?: string | null;
          "tags"?: never;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
        };
        Update: {
          "assigned_to"?: string | null;
          "channel"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string | null;
          "created_by"?: string | null;
          "custom_fields"?: Json | null;
          "description"?: string | null;
          "external_id"?: string | null;
          "first_response_at"?: string | null;
          "last_message_id"?: string | null;
          "merged_into"?: string | null;
          "number"?: number | null;
          "priority"?: string | null;
          "priority_rank"?: number | null;
          "resolved_at"?: string | null;
          "revision"?: number | null;
          "snoozed_until"?: string | null;
          "status"?: string | null;
          "tags"?: never;
          "team_id"?: string | null;
          "ticket_id"?: string | null;
          "title"?: string | null;
          "updated_at"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "tickets_assigned_to_fkey";
            columns: ["assigned_to"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "users";
            referencedColumns: ["user_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "my_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tagged_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_field_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "team_tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_merged_into_fkey";
            columns: ["merged_into"];
            isOneToOne: false;
            referencedRelation: "tickets";
            referencedColumns: ["ticket_id"];
          },
          {
            foreignKeyName: "tickets_team_id_fkey";
            columns: ["team_id"];
            isOneToOne: false;
            referencedRelation: "teams";
            referencedColumns: ["team_id"];
          },
        ];
      };
    };
    Functions: {
      "accept_proposal": {
        Args: { "body"?: string; "confirm"?: boolean; "proposal_id": string; "status"?: string };
        Returns: {
          "confidence": number | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "distance": number | null;
          "expires_at": string;
          "final": Json | null;
          "flags": (string)[];
          "kind": string;
          "language": string | null;
          "last_message_id": string | null;
          "mode": string;
          "payload": NonNullable<Json>;
          "proposal_id": string;
          "reject_reason": string | null;
          "run_id": string;
          "seconds_to_decide": number | null;
          "shown_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
        };
        SetofOptions: {
          from: "*";
          to: "proposals";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "accept_quarantined": {
        Args: { "inbound_id": string };
        Returns: {
          "author_id": string | null;
          "body": string | null;
          "channel_id": string | null;
          "decided_at": string | null;
          "decided_by": string | null;
          "evidence": NonNullable<Json>;
          "flags": (string)[];
          "from_address": string | null;
          "from_name": string | null;
          "has_html": boolean;
          "inbound_id": string;
          "message_id": string | null;
          "note_id": string | null;
          "outcome": string | null;
          "post_id": string | null;
          "raw_deleted_at": string | null;
          "raw_key": string;
          "reason": string | null;
          "received_at": string;
          "recipients": (string)[];
          "redacted_at": string | null;
          "sent_at": string | null;
          "size": number;
          "source": string;
          "subject": string | null;
          "team_id": string | null;
          "ticket_id": string | null;
          "trimmed_from": number | null;
          "verdict": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "inbound_emails";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "accept_slack": {
        Args: { "body": string; "sent_at": string; "signature": string; "workspace_id"?: string };
        Returns: Json;
      };
      "accept_wake": { Args: { "word": string }; Returns: boolean };
      "activate_prompt": {
        Args: { "prompt_id": string };
        Returns: {
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "is_active": boolean;
          "note": string;
          "prompt_id": string;
          "task": string;
          "version": number;
        };
        SetofOptions: {
          from: "*";
          to: "ai_prompts";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "active_embedding_model": { Args: Record<PropertyKey, never>; Returns: string };
      "add_note": {
        Args: { "attachments"?: (string)[]; "body": string; "note_id"?: string; "ticket_id": string };
        Returns: {
          "author_id": string | null;
          "author_name": string;
          "body": string;
          "created_at": string;
          "imported": boolean;
          "note_id": string;
          "sequence": number;
          "ticket_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "notes";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "add_slack_channel": {
        Args: {
          "channel_id": string;
          "channel_name"?: string;
          "connection_id": string;
          "events"?: (string)[];
          "team_id"?: string;
        };
        Returns: {
          "channel_id": string;
          "channel_name": string;
          "connection_id": string;
          "created_at": string;
          "created_by": string | null;
          "disabled_at": string | null;
          "disabled_reason": string | null;
          "events": (string)[];
          "is_active": boolean;
          "slack_channel_id": string;
          "team_id": string | null;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "slack_channels";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "advance_mailbox": {
        Args: {
          "folder": string;
          "mailbox": string;
          "problem"?: string;
          "read_since"?: string;
          "uid": number;
          "uidvalidity": number;
        };
        Returns: undefined;
      };
      "archive_article": {
        Args: { "article_id": string };
        Returns: {
          "article_id": string;
          "audience": string;
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "current_version_id": string | null;
          "external_id": string | null;
          "locale": string;
          "published_at": string | null;
          "revision": number;
          "section": string | null;
          "slug": string;
          "status": string;
          "title": string;
          "updated_at": string;
          "version": number;
        };
        SetofOptions: {
          from: "*";
          to: "articles";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "assign_ticket": {
        Args: { "assignee_id": string; "revision"?: number; "ticket_id": string };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "assistant_report": {
        Args: { "by"?: (string)[]; "since"?: string; "until"?: string };
        Returns: unknown[];
        SetofOptions: {
          from: "*";
          to: "assistant_figures";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "begin_model_call": { Args: { "estimated_tokens": number }; Returns: Json };
      "begin_sending": { Args: { "delivery_id": string; "lease": string }; Returns: undefined };
      "bootstrap_admin": {
        Args: { "email": string };
        Returns: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "users";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "bulk_tickets": { Args: { "items": Json }; Returns: Json };
      "claim_next_ticket": {
        Args: { "claim_id"?: string; "team_id"?: string };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: true;
        };
      };
      "claim_ticket": {
        Args: { "ticket_id": string };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "classify_run": { Args: { "embedding"?: (number)[]; "model"?: string }; Returns: Json };
      "classify_ticket": { Args: { "embedding"?: (number)[]; "model"?: string; "ticket_id": string }; Returns: Json };
      "collect_label_examples": {
        Args: { "before"?: number; "imported"?: boolean; "max_rows"?: number };
        Returns: Record<string, unknown>;
      };
      "connect_slack": {
        Args: {
          "bot_token": string;
          "bot_user_id": string;
          "signing_secret": string;
          "workspace_id": string;
          "workspace_name"?: string;
        };
        Returns: {
          "bot_user_id": string;
          "connection_id": string;
          "created_at": string;
          "created_by": string | null;
          "disabled_at": string | null;
          "disabled_reason": string | null;
          "is_active": boolean;
          "updated_at": string;
          "workspace_id": string;
          "workspace_name": string;
        };
        SetofOptions: {
          from: "*";
          to: "slack_connections";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "count_tickets": { Args: { "mine"?: boolean; "query"?: string; "tree"?: Json }; Returns: Json };
      "create_customer": {
        Args: { "email": string; "name"?: string; "user_id"?: string };
        Returns: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "users";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "create_field": {
        Args: {
          "audience"?: string;
          "customer_label"?: string;
          "help_text"?: string;
          "key": string;
          "label": string;
          "options"?: Json;
          "position"?: number;
          "required_for"?: string;
          "team_ids"?: (string)[];
          "type": string;
        };
        Returns: {
          "audience": string;
          "created_at": string;
          "customer_label": string | null;
          "for_all_teams": boolean;
          "help_text": string;
          "key": string;
          "label": string;
          "position": number;
          "required_for": string;
          "retired_at": string | null;
          "type": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "field_definitions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "create_prompt": {
        Args: { "body": string; "note"?: string; "task": string };
        Returns: {
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "is_active": boolean;
          "note": string;
          "prompt_id": string;
          "task": string;
          "version": number;
        };
        SetofOptions: {
          from: "*";
          to: "ai_prompts";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "create_ticket": {
        Args: {
          "channel"?: string;
          "custom_fields"?: Json;
          "description"?: string;
          "external_id"?: string;
          "priority"?: string;
          "requester_id"?: string;
          "tags"?: (string)[];
          "team_id"?: string;
          "ticket_id"?: string;
          "title": string;
        };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "create_webhook": {
        Args: {
          "audience"?: string;
          "description"?: string;
          "event_types"?: (string)[];
          "team_id"?: string;
          "url": string;
        };
        Returns: Json;
      };
      "deactivate_user": {
        Args: { "user_id": string };
        Returns: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "users";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "decide_quarantined": { Args: { "decision": string; "inbound_ids": (string)[] }; Returns: Json };
      "delete_attachment": {
        Args: { "attachment_id": string };
        Returns: {
          "attachment_id": string;
          "checked_at": string | null;
          "content_type": string;
          "created_at": string;
          "expires_at": string | null;
          "file_name": string;
          "imported": boolean;
          "message_id": string | null;
          "note_id": string | null;
          "placement": string;
          "reason": string | null;
          "requester_id": string;
          "sequence": number;
          "sha256": string | null;
          "size": number;
          "state": string;
          "ticket_id": string;
          "uploaded_at": string | null;
          "uploaded_by": string | null;
          "uploader_kind": string;
          "uploader_name": string;
        };
        SetofOptions: {
          from: "*";
          to: "attachments";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "dismiss_gap": {
        Args: { "gap_id": string };
        Returns: {
          "article_id": string | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "gap_id": string;
          "state": string;
          "team_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "knowledge_gaps";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "email_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "email_templates": {
        Args: Record<PropertyKey, never>;
        Returns: unknown[];
        SetofOptions: {
          from: "*";
          to: "listed_email_template";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "embedding_progress": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "chunks": number;
          "dead": number;
          "embedded": number;
          "examples": number;
          "examples_embedded": number;
          "is_active": boolean;
          "model": string;
          "problem": string;
          "waiting": number;
        }[];
      };
      "events_head": { Args: Record<PropertyKey, never>; Returns: string };
      "events_page": {
        Args: { "after"?: string; "max_rows"?: number; "only_team"?: string; "only_ticket"?: string };
        Returns: Record<string, unknown>;
      };
      "events_since": {
        Args: { "after"?: string; "max_rows"?: number; "only_team"?: string; "only_ticket"?: string };
        Returns: {
          "actor_id": string;
          "actor_kind": string;
          "actor_name": string;
          "assigned_to": string;
          "audience": string;
          "changes_access": boolean;
          "created_at": string;
          "cursor": string;
          "data": Json;
          "event_id": number;
          "requester_id": string;
          "team_id": string;
          "ticket_id": string;
          "ticket_number": number;
          "ticket_revision": number;
          "type": string;
        }[];
      };
      "explain_email": { Args: { "inbound_id": string }; Returns: string };
      "export_tickets": {
        Args: { "after_number"?: number; "max_rows"?: number; "ticket_ids"?: (string)[] };
        Returns: Json;
      };
      "find_team": {
        Args: { "name": string };
        Returns: {
          "created_at": string;
          "description": string;
          "is_default": boolean;
          "is_public": boolean;
          "name": string;
          "team_id": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "teams";
          isOneToOne: true;
          isSetofReturn: true;
        };
      };
      "finish_attachment": {
        Args: { "attachment_id": string };
        Returns: {
          "attachment_id": string;
          "checked_at": string | null;
          "content_type": string;
          "created_at": string;
          "expires_at": string | null;
          "file_name": string;
          "imported": boolean;
          "message_id": string | null;
          "note_id": string | null;
          "placement": string;
          "reason": string | null;
          "requester_id": string;
          "sequence": number;
          "sha256": string | null;
          "size": number;
          "state": string;
          "ticket_id": string;
          "uploaded_at": string | null;
          "uploaded_by": string | null;
          "uploader_kind": string;
          "uploader_name": string;
        };
        SetofOptions: {
          from: "*";
          to: "attachments";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "finish_email_files": { Args: { "inbound_id": string; "packages_opened"?: boolean }; Returns: boolean };
      "finish_import": { Args: { "report"?: Json; "run_id": string }; Returns: Json };
      "finish_without_model": { Args: { "problem"?: string; "reason": string; "usage"?: Json }; Returns: Json };
      "forget_label_head": { Args: { "kind": string }; Returns: boolean };
      "import_batch": { Args: { "items": Json; "kind": string; "run_id": string }; Returns: Json };
      "import_totals": { Args: { "external_ids"?: (string)[]; "kind": string; "source": string }; Returns: Json };
      "ingest_email": { Args: { "inbound_id": string; "mail": Json }; Returns: Json };
      "invite_user": {
        Args: { "email": string; "invitation_id"?: string; "name"?: string; "role"?: string };
        Returns: {
          "accepted_at": string | null;
          "created_at": string;
          "email": string;
          "expires_at": string;
          "invitation_id": string;
          "invited_by": string | null;
          "revoked_at": string | null;
          "role": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "invitations";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "is_slack_thread": {
        Args: { "channel_id": string; "connection_id": string; "thread_ts": string };
        Returns: boolean;
      };
      "known_imports": { Args: { "external_ids": (string)[]; "kind": string; "source": string }; Returns: Json };
      "label_head_report": { Args: { "kind": string }; Returns: Json };
      "label_trials": {
        Args: { "after"?: string; "kind": string; "max_rows"?: number };
        Returns: Database["helpdesk"]["CompositeTypes"]["label_trial"][];
        SetofOptions: {
          from: "*";
          to: "label_trial";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "lease_attachments": {
        Args: { "attachment_id"?: string; "lease_seconds"?: number; "max_rows"?: number };
        Returns: {
          "attachment_id": string;
          "checked_at": string | null;
          "content_type": string;
          "created_at": string;
          "expires_at": string | null;
          "file_name": string;
          "imported": boolean;
          "message_id": string | null;
          "note_id": string | null;
          "placement": string;
          "reason": string | null;
          "requester_id": string;
          "sequence": number;
          "sha256": string | null;
          "size": number;
          "state": string;
          "ticket_id": string;
          "uploaded_at": string | null;
          "uploaded_by": string | null;
          "uploader_kind": string;
          "uploader_name": string;
        }[];
        SetofOptions: {
          from: "*";
          to: "attachments";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "lease_deliveries": {
        Args: { "kind": string; "lease_seconds"?: number; "max_rows"?: number };
        Returns: unknown[];
        SetofOptions: {
          from: "*";
          to: "leased_delivery";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "lease_emails": { Args: { "lease_seconds"?: number; "max_rows"?: number }; Returns: Json };
      "lease_embedding_jobs": {
        Args: { "lease_seconds"?: number; "max_rows"?: number; "model"?: string };
        Returns: unknown[];
        SetofOptions: {
          from: "*";
          to: "embedding_work";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "lease_runs": {
        Args: { "kind"?: string; "lease_seconds"?: number; "max_rows"?: number; "run_id"?: string };
        Returns: Json;
      };
      "link_tickets": {
        Args: { "kind": string; "source_id": string; "target_id": string };
        Returns: {
          "kind": string;
          "link_id": string;
          "linked_at": string;
          "linked_by": string | null;
          "requester_id": string | null;
          "source_id": string;
          "target_id": string;
          "unlinked_at": string | null;
          "unlinked_by": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "ticket_links";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "list_imports": { Args: { "max_rows"?: number }; Returns: Json };
      "mailbox_position": { Args: { "folder": string; "mailbox": string }; Returns: Json };
      "mark_spam": {
        Args: { "inbound_id": string };
        Returns: {
          "author_id": string | null;
          "body": string | null;
          "channel_id": string | null;
          "decided_at": string | null;
          "decided_by": string | null;
          "evidence": NonNullable<Json>;
          "flags": (string)[];
          "from_address": string | null;
          "from_name": string | null;
          "has_html": boolean;
          "inbound_id": string;
          "message_id": string | null;
          "note_id": string | null;
          "outcome": string | null;
          "post_id": string | null;
          "raw_deleted_at": string | null;
          "raw_key": string;
          "reason": string | null;
          "received_at": string;
          "recipients": (string)[];
          "redacted_at": string | null;
          "sent_at": string | null;
          "size": number;
          "source": string;
          "subject": string | null;
          "team_id": string | null;
          "ticket_id": string | null;
          "trimmed_from": number | null;
          "verdict": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "inbound_emails";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "merge_tickets": {
        Args: { "merge_id"?: string; "other_requester"?: boolean; "source_id": string; "target_id": string };
        Returns: {
          "added_tags": (string)[];
          "merge_id": string;
          "merged_at": string;
          "merged_by": string | null;
          "source_closed_at": string | null;
          "source_id": string;
          "source_resolved_at": string | null;
          "source_snoozed_until": string | null;
          "source_status": string;
          "target_id": string;
          "unmerged_at": string | null;
          "unmerged_by": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "ticket_merges";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "metrics": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "labels": Json;
          "name": string;
          "value": number;
        }[];
      };
      "notification_preferences": { Args: Record<PropertyKey, never>; Returns: Json };
      "open_transactions": {
        Args: { "min_seconds"?: number };
        Returns: {
          "application": string;
          "database": string;
          "pid": number;
          "role": string;
          "seconds": number;
          "state": string;
        }[];
      };
      "original_email": { Args: { "inbound_id"?: string; "message_id"?: string; "ticket_id"?: string }; Returns: Json };
      "outbox_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "parse_query": { Args: { "query": string }; Returns: Json };
      "place_email_files": { Args: { "files"?: Json; "inbound_id": string }; Returns: Json };
      "postpone_attachment": { Args: { "attachment_id": string; "problem"?: string }; Returns: string };
      "postpone_email": { Args: { "inbound_id": string; "is_final"?: boolean; "problem": string }; Returns: string };
      "postpone_embedding_job": { Args: { "job_id": string; "problem"?: string }; Returns: string };
      "preview_email_template": {
        Args: {
          "html"?: string;
          "kind": string;
          "locale"?: string;
          "subject"?: string;
          "text"?: string;
          "ticket_id"?: string;
        };
        Returns: Json;
      };
      "propose": { Args: { "confidence"?: number; "kind": string; "payload": Json }; Returns: Json };
      "publish_article": {
        Args: { "article_id": string; "revision"?: number };
        Returns: {
          "article_id": string;
          "audience": string;
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "current_version_id": string | null;
          "external_id": string | null;
          "locale": string;
          "published_at": string | null;
          "revision": number;
          "section": string | null;
          "slug": string;
          "status": string;
          "title": string;
          "updated_at": string;
          "version": number;
        };
        SetofOptions: {
          from: "*";
          to: "articles";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "quarantine_to_ticket": {
        Args: { "inbound_id": string; "requester_id"?: string };
        Returns: {
          "author_id": string | null;
          "body": string | null;
          "channel_id": string | null;
          "decided_at": string | null;
          "decided_by": string | null;
          "evidence": NonNullable<Json>;
          "flags": (string)[];
          "from_address": string | null;
          "from_name": string | null;
          "has_html": boolean;
          "inbound_id": string;
          "message_id": string | null;
          "note_id": string | null;
          "outcome": string | null;
          "post_id": string | null;
          "raw_deleted_at": string | null;
          "raw_key": string;
          "reason": string | null;
          "received_at": string;
          "recipients": (string)[];
          "redacted_at": string | null;
          "sent_at": string | null;
          "size": number;
          "source": string;
          "subject": string | null;
          "team_id": string | null;
          "ticket_id": string | null;
          "trimmed_from": number | null;
          "verdict": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "inbound_emails";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "query_tickets": {
        Args: {
          "cursor"?: string;
          "max_rows"?: number;
          "mine"?: boolean;
          "query"?: string;
          "sort"?: string;
          "tree"?: Json;
        };
        Returns: Json;
      };
      "raw_emails_deleted": { Args: { "raw_keys": (string)[] }; Returns: number };
      "raw_emails_to_delete": { Args: { "max_rows"?: number }; Returns: string[] };
      "reactivate_user": {
        Args: { "user_id": string };
        Returns: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "users";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "read_run": { Args: Record<PropertyKey, never>; Returns: Json };
      "receive_email": {
        Args: { "envelope"?: Json; "raw_key"?: string; "raw_sha256": string; "size": number; "source": string };
        Returns: Json;
      };
      "recount_tickets": {
        Args: { "mend"?: boolean };
        Returns: {
          "actual": number;
          "counted": number;
          "priority": string;
          "status": string;
          "team_id": string;
        }[];
      };
      "redact_email": {
        Args: { "inbound_id"?: string; "ticket_id"?: string };
        Returns: {
          "author_id": string | null;
          "body": string | null;
          "channel_id": string | null;
          "decided_at": string | null;
          "decided_by": string | null;
          "evidence": NonNullable<Json>;
          "flags": (string)[];
          "from_address": string | null;
          "from_name": string | null;
          "has_html": boolean;
          "inbound_id": string;
          "message_id": string | null;
          "note_id": string | null;
          "outcome": string | null;
          "post_id": string | null;
          "raw_deleted_at": string | null;
          "raw_key": string;
          "reason": string | null;
          "received_at": string;
          "recipients": (string)[];
          "redacted_at": string | null;
          "sent_at": string | null;
          "size": number;
          "source": string;
          "subject": string | null;
          "team_id": string | null;
          "ticket_id": string | null;
          "trimmed_from": number | null;
          "verdict": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "inbound_emails";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "redact_message": {
        Args: { "message_id": string };
        Returns: {
          "author_id": string | null;
          "author_kind": string;
          "author_name": string;
          "body": string;
          "chosen_status": string | null;
          "created_at": string;
          "imported": boolean;
          "message_id": string;
          "redacted_at": string | null;
          "requester_id": string;
          "sequence": number;
          "ticket_id": string;
          "via_ticket_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "messages";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reject_proposal": {
        Args: { "proposal_id": string; "reason": string };
        Returns: {
          "confidence": number | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "distance": number | null;
          "expires_at": string;
          "final": Json | null;
          "flags": (string)[];
          "kind": string;
          "language": string | null;
          "last_message_id": string | null;
          "mode": string;
          "payload": NonNullable<Json>;
          "proposal_id": string;
          "reject_reason": string | null;
          "run_id": string;
          "seconds_to_decide": number | null;
          "shown_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
        };
        SetofOptions: {
          from: "*";
          to: "proposals";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "release_run": { Args: { "problem"?: string }; Returns: string };
      "remember_capability": { Args: { "capability": Json; "endpoint_key": string }; Returns: undefined };
      "remove_throwaways": { Args: { "emails"?: (string)[] }; Returns: Json };
      "reopen_gap": {
        Args: { "gap_id": string };
        Returns: {
          "article_id": string | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "gap_id": string;
          "state": string;
          "team_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "knowledge_gaps";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "replay_deliveries": {
        Args: {
          "dead"?: boolean;
          "delivery_ids"?: (string)[];
          "since"?: string;
          "until"?: string;
          "webhook_id"?: string;
        };
        Returns: number;
      };
      "report_delivery": { Args: { "detail"?: string; "mail_id": string; "outcome": string }; Returns: boolean };
      "report_mailbox": { Args: { "folder": string; "mailbox": string; "problem"?: string }; Returns: undefined };
      "request_run": {
        Args: {
          "is_test"?: boolean;
          "kind"?: string;
          "prompt_id"?: string;
          "run_id"?: string;
          "ticket_id": string;
          "wish"?: string;
        };
        Returns: {
          "answer": Json | null;
          "attempts": number;
          "cache_key": string;
          "cached_from": string | null;
          "chat_model": string | null;
          "cost": number;
          "created_at": string;
          "embedding_model": string | null;
          "finished_at": string | null;
          "is_estimated": boolean;
          "is_test": boolean;
          "kind": string;
          "last_message_id": string | null;
          "milliseconds": number | null;
          "mode": string | null;
          "problem": string | null;
          "prompt_id": string | null;
          "reason": string | null;
          "requested_by": string | null;
          "run_id": string;
          "rung": string | null;
          "started_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
          "tokens_in": number;
          "tokens_out": number;
          "wish": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "ai_runs";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reserve_attachment": {
        Args: {
          "attachment_id"?: string;
          "content_type": string;
          "file_name": string;
          "placement"?: string;
          "size": number;
          "ticket_id": string;
        };
        Returns: {
          "attachment_id": string;
          "checked_at": string | null;
          "content_type": string;
          "created_at": string;
          "expires_at": string | null;
          "file_name": string;
          "imported": boolean;
          "message_id": string | null;
          "note_id": string | null;
          "placement": string;
          "reason": string | null;
          "requester_id": string;
          "sequence": number;
          "sha256": string | null;
          "size": number;
          "state": string;
          "ticket_id": string;
          "uploaded_at": string | null;
          "uploaded_by": string | null;
          "uploader_kind": string;
          "uploader_name": string;
        };
        SetofOptions: {
          from: "*";
          to: "attachments";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reset_email_template": { Args: { "kind": string; "locale": string }; Returns: boolean };
      "resolve_gap": {
        Args: { "article_id": string; "gap_id": string };
        Returns: {
          "article_id": string | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "gap_id": string;
          "state": string;
          "team_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "knowledge_gaps";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retrieve_passages": { Args: { "embedding"?: (number)[]; "model"?: string; "query"?: string }; Returns: Json };
      "revoke_invitation": {
        Args: { "invitation_id": string };
        Returns: {
          "accepted_at": string | null;
          "created_at": string;
          "email": string;
          "expires_at": string;
          "invitation_id": string;
          "invited_by": string | null;
          "revoked_at": string | null;
          "role": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "invitations";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "rotate_webhook_secret": { Args: { "keep_seconds"?: number; "webhook_id": string }; Returns: Json };
      "run_prompt": { Args: Record<PropertyKey, never>; Returns: Json };
      "save_article": {
        Args: {
          "audience"?: string;
          "body"?: string;
          "external_id"?: string;
          "locale"?: string;
          "section"?: string;
          "slug": string;
          "title": string;
        };
        Returns: {
          "article_id": string;
          "audience": string;
          "body": string;
          "created_at": string;
          "created_by": string | null;
          "current_version_id": string | null;
          "external_id": string | null;
          "locale": string;
          "published_at": string | null;
          "revision": number;
          "section": string | null;
          "slug": string;
          "status": string;
          "title": string;
          "updated_at": string;
          "version": number;
        };
        SetofOptions: {
          from: "*";
          to: "articles";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "schema_version": { Args: Record<PropertyKey, never>; Returns: string };
      "search_articles": {
        Args: {
          "audience"?: string;
          "embedding"?: (number)[];
          "locale"?: string;
          "max_rows"?: number;
          "model"?: string;
          "query": string;
        };
        Returns: unknown[];
        SetofOptions: {
          from: "*";
          to: "found_article";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "search_tickets": {
        Args: { "cursor"?: string; "max_rows"?: number; "mine"?: boolean; "query"?: string; "tree"?: Json };
        Returns: Json;
      };
      "send_reply": {
        Args: {
          "attachments"?: (string)[];
          "body": string;
          "expected_last_message"?: string;
          "message_id"?: string;
          "status"?: string;
          "ticket_id": string;
        };
        Returns: {
          "author_id": string | null;
          "author_kind": string;
          "author_name": string;
          "body": string;
          "chosen_status": string | null;
          "created_at": string;
          "imported": boolean;
          "message_id": string;
          "redacted_at": string | null;
          "requester_id": string;
          "sequence": number;
          "ticket_id": string;
          "via_ticket_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "messages";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_default_team": {
        Args: { "team_id": string };
        Returns: {
          "created_at": string;
          "description": string;
          "is_default": boolean;
          "is_public": boolean;
          "name": string;
          "team_id": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "teams";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_delivery_clock": { Args: { "project_url": string }; Returns: Json };
      "set_email_template": {
        Args: { "html"?: string; "kind": string; "locale": string; "subject": string; "text": string };
        Returns: unknown;
        SetofOptions: {
          from: "*";
          to: "listed_email_template";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_field_teams": {
        Args: { "key": string; "team_ids": (string)[] };
        Returns: {
          "audience": string;
          "created_at": string;
          "customer_label": string | null;
          "for_all_teams": boolean;
          "help_text": string;
          "key": string;
          "label": string;
          "position": number;
          "required_for": string;
          "retired_at": string | null;
          "type": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "field_definitions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_notification_preferences": { Args: { "changes": Json }; Returns: Json };
      "set_user_role": {
        Args: { "role": string; "user_id": string };
        Returns: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "users";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "settle_attachment": {
        Args: {
          "attachment_id": string;
          "engine"?: string;
          "reason"?: string;
          "sha256"?: string;
          "size"?: number;
          "state": string;
        };
        Returns: {
          "attachment_id": string;
          "checked_at": string | null;
          "content_type": string;
          "created_at": string;
          "expires_at": string | null;
          "file_name": string;
          "imported": boolean;
          "message_id": string | null;
          "note_id": string | null;
          "placement": string;
          "reason": string | null;
          "requester_id": string;
          "sequence": number;
          "sha256": string | null;
          "size": number;
          "state": string;
          "ticket_id": string;
          "uploaded_at": string | null;
          "uploaded_by": string | null;
          "uploader_kind": string;
          "uploader_name": string;
        };
        SetofOptions: {
          from: "*";
          to: "attachments";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "settle_delivery": {
        Args: {
          "answer"?: string;
          "delivery_id": string;
          "lease": string;
          "milliseconds"?: number;
          "outcome": string;
          "problem"?: string;
          "result"?: Json;
          "retry_after_seconds"?: number;
          "status"?: number;
        };
        Returns: {
          "attempts": number;
          "created_at": string;
          "delivery_id": string;
          "event_id": number | null;
          "finished_at": string | null;
          "kind": string;
          "last_answer": string | null;
          "last_ms": number | null;
          "last_problem": string | null;
          "last_status": number | null;
          "leased_until": string | null;
          "next_at": string | null;
          "order_key": string;
          "out_of_order": boolean;
          "sequence": number;
          "state": string;
          "target_id": string;
          "ticket_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "outbox";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "show_proposal": {
        Args: { "proposal_id": string };
        Returns: {
          "confidence": number | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "distance": number | null;
          "expires_at": string;
          "final": Json | null;
          "flags": (string)[];
          "kind": string;
          "language": string | null;
          "last_message_id": string | null;
          "mode": string;
          "payload": NonNullable<Json>;
          "proposal_id": string;
          "reject_reason": string | null;
          "run_id": string;
          "seconds_to_decide": number | null;
          "shown_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
        };
        SetofOptions: {
          from: "*";
          to: "proposals";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "slack_act": {
        Args: { "act": string; "args"?: Json; "connection_id": string; "email": string; "request_key": string };
        Returns: Json;
      };
      "split_ticket": {
        Args: { "message_id": string; "ticket_id"?: string; "title"?: string };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "start_import": { Args: { "last_number"?: number; "run_id": string; "source": string }; Returns: Json };
      "statement_timeouts": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "milliseconds": number;
          "role": string;
        }[];
      };
      "store_embedding": {
        Args: { "embedding": (number)[]; "job_id": string; "model": string; "title_embedding"?: (number)[] };
        Returns: boolean;
      };
      "store_label_head": { Args: { "head": Json; "kind": string }; Returns: number };
      "submit_answer": { Args: { "answer": Json; "usage"?: Json }; Returns: Json };
      "suggest_duplicates": {
        Args: { "max_rows"?: number; "ticket_id": string };
        Returns: {
          "created_at": string;
          "identifiers": (string)[];
          "number": number;
          "same_requester": boolean;
          "similarity": number;
          "status": string;
          "ticket_id": string;
          "title": string;
        }[];
      };
      "suggest_without_model": { Args: { "kind"?: string; "ticket_id": string }; Returns: Json };
      "sweep_attachments": {
        Args: { "dry_run"?: boolean; "max_rows"?: number };
        Returns: {
          "attachment_id": string;
          "kind": string;
          "object_name": string;
          "since": string;
          "size": number;
          "ticket_id": string;
        }[];
      };
      "switch_embedding_model": { Args: { "model": string }; Returns: boolean };
      "test_slack_channel": {
        Args: { "slack_channel_id": string };
        Returns: {
          "attempts": number;
          "created_at": string;
          "delivery_id": string;
          "event_id": number | null;
          "finished_at": string | null;
          "kind": string;
          "last_answer": string | null;
          "last_ms": number | null;
          "last_problem": string | null;
          "last_status": number | null;
          "leased_until": string | null;
          "next_at": string | null;
          "order_key": string;
          "out_of_order": boolean;
          "sequence": number;
          "state": string;
          "target_id": string;
          "ticket_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "outbox";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "test_webhook": {
        Args: { "webhook_id": string };
        Returns: {
          "attempts": number;
          "created_at": string;
          "delivery_id": string;
          "event_id": number | null;
          "finished_at": string | null;
          "kind": string;
          "last_answer": string | null;
          "last_ms": number | null;
          "last_problem": string | null;
          "last_status": number | null;
          "leased_until": string | null;
          "next_at": string | null;
          "order_key": string;
          "out_of_order": boolean;
          "sequence": number;
          "state": string;
          "target_id": string;
          "ticket_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "outbox";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "text_features": { Args: { "texts": (string)[] }; Returns: Json };
      "ticket_counts": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "priority": string;
          "status": string;
          "team_id": string;
          "tickets": number;
        }[];
      };
      "ticket_timeline": {
        Args: { "after_sequence"?: number; "max_rows"?: number; "ticket_id": string };
        Returns: {
          "at": string;
          "author_id": string;
          "author_kind": string;
          "author_name": string;
          "body": string;
          "data": Json;
          "id": string;
          "kind": string;
          "sequence": number;
          "type": string;
        }[];
      };
      "training_examples": {
        Args: { "after"?: string; "kind": string; "max_rows"?: number };
        Returns: Database["helpdesk"]["CompositeTypes"]["training_example"][];
        SetofOptions: {
          from: "*";
          to: "training_example";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "transfer_ticket": {
        Args: { "revision"?: number; "team_id": string; "ticket_id": string };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "unassign_ticket": {
        Args: { "revision"?: number; "ticket_id": string };
        Returns: {
          "assigned_to": string | null;
          "channel": string;
          "closed_at": string | null;
          "created_at": string;
          "created_by": string;
          "custom_fields": NonNullable<Json>;
          "description": string;
          "external_id": string | null;
          "first_response_at": string | null;
          "last_message_id": string | null;
          "merged_into": string | null;
          "number": number;
          "priority": string;
          "priority_rank": number;
          "resolved_at": string | null;
          "revision": number;
          "snoozed_until": string | null;
          "status": string;
          "team_id": string;
          "ticket_id": string;
          "title": string;
          "updated_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "tickets";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "undo_proposal": {
        Args: { "proposal_id": string };
        Returns: {
          "confidence": number | null;
          "created_at": string;
          "decided_at": string | null;
          "decided_by": string | null;
          "distance": number | null;
          "expires_at": string;
          "final": Json | null;
          "flags": (string)[];
          "kind": string;
          "language": string | null;
          "last_message_id": string | null;
          "mode": string;
          "payload": NonNullable<Json>;
          "proposal_id": string;
          "reject_reason": string | null;
          "run_id": string;
          "seconds_to_decide": number | null;
          "shown_at": string | null;
          "state": string;
          "ticket_id": string;
          "ticket_revision": number;
        };
        SetofOptions: {
          from: "*";
          to: "proposals";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "unlink_tickets": {
        Args: { "kind": string; "source_id": string; "target_id": string };
        Returns: {
          "kind": string;
          "link_id": string;
          "linked_at": string;
          "linked_by": string | null;
          "requester_id": string | null;
          "source_id": string;
          "target_id": string;
          "unlinked_at": string | null;
          "unlinked_by": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "ticket_links";
          isOneToOne: true;
          isSetofReturn: true;
        };
      };
      "unmerge_ticket": {
        Args: { "ticket_id": string };
        Returns: {
          "added_tags": (string)[];
          "merge_id": string;
          "merged_at": string;
          "merged_by": string | null;
          "source_closed_at": string | null;
          "source_id": string;
          "source_resolved_at": string | null;
          "source_snoozed_until": string | null;
          "source_status": string;
          "target_id": string;
          "unmerged_at": string | null;
          "unmerged_by": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "ticket_merges";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "use_email_token": { Args: { "content_sha256": string; "source": string; "token": string }; Returns: boolean };
      "use_embedding_model": { Args: { "model": string }; Returns: boolean };
      "whoami": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "auth_user_id": string | null;
          "created_at": string;
          "email": string | null;
          "is_active": boolean;
          "name": string;
          "role": string;
          "updated_at": string;
          "user_id": string;
        };
        SetofOptions: {
          from: "*";
          to: "users";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      "label_trial": {
        "ticket_id": string | null;
        "label": string | null;
        "share": number | null;
        "similarity": number | null;
        "is_right": boolean | null;
      };
      "training_example": {
        "ticket_id": string | null;
        "label": string | null;
        "requester_id": string | null;
        "features": (string)[] | null;
        "embedding": (number)[] | null;
      };
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "helpdesk">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "helpdesk": {
    Enums: {},
  },
} as const;
