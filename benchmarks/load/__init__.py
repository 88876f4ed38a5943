"""One load scenario in three forms: Locust with the SDK for the local stack, k6 and Artillery for hosted projects."""
